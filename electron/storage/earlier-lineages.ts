/** Lineages of models that were made before lineages were noted: what the details of their runs still tell. */
import type { Catalogue, VolumeRecord } from './catalogue.ts';
import { joinLineages, type Lineage, lineageFrom, lineageOfVolumes, nothingLearnt, unknownLineage } from './lineage.ts';
import type { Model, Models } from './models.ts';
import type { Run, Runs } from './runs.ts';

interface Parts {
  models: Models;
  runs: Runs;
  volumes: Catalogue;
}

/** Notes them once, while the volumes are there. To be called in one transaction. */
export function noteEarlierLineages({ models, runs, volumes }: Parts): void {
  const earlier = models.withoutLineage(); // oldest first: a start before what came of it
  if (earlier.length === 0) return;
  const records = volumes.list();
  for (const { id, run } of earlier) {
    const known = new Map(models.list().map((model) => [model.id, model]));
    models.noteLineage(id, run === null ? unknownLineage : lineageOfRun(runs.get(run), records, known));
  }
}

function lineageOfRun(run: Run, records: VolumeRecord[], models: Map<string, Model>): Lineage {
  switch (run.kind) {
    case 'finetune':
      return joinLineages(lineageOfStart(run.details.from, models), lineageOfIds(run.details.volumes, records));
    case 'pretrain':
      return run.details.volumes ? lineageOfIds(run.details.volumes, records) : lineageUntil(run, records);
    case 'federated':
      return lineageUntil(run, records);
    default:
      return unknownLineage;
  }
}

function lineageOfStart(from: string, models: Map<string, Model>): Lineage {
  if (from === 'random') return nothingLearnt;
  const start = models.get(from);
  return start ? lineageFrom(start) : { ...unknownLineage, ancestors: [from] };
}

/** What is not here any more has a content that nobody knows. */
function lineageOfIds(ids: string[], records: VolumeRecord[]): Lineage {
  const found = records.filter(({ id }) => ids.includes(id));
  return { ...lineageOfVolumes(found), complete: found.length === ids.length };
}

/** Of a run that learnt from whatever was here; where it only fine-tuned, from what had labels. */
function lineageUntil({ kind, plan, endedAt, updatedAt }: Run, records: VolumeRecord[]): Lineage {
  const until = endedAt ?? updatedAt;
  const onlyLabelled = kind === 'federated' && plan.rounds === 0;
  const used = records.filter(({ importedAt, labels, labelOrigin }) =>
    onlyLabelled ? labels !== null && (labelOrigin?.at ?? importedAt) <= until : importedAt <= until,
  );
  return { ...lineageOfVolumes(used), complete: false };
}
