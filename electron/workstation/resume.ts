/** Continuing a run by what it noted itself, whatever its request was. */
import { resumeFinetuning } from '../site/runs/finetuning-run.ts';
import { segmentVolumes } from '../site/runs/segmenting-run.ts';
import type { RunDesk } from './desks/run-desk.ts';
import type { OpenSite } from './open-site.ts';
import { modelIn, volumesIn } from './views/run-summary.ts';

/** Errors as `RunDesk.perform` and those of the run; of a federated one as `Participation.resume`. */
export async function resumeRun({ site, participation }: OpenSite, desk: RunDesk, id: string): Promise<string> {
  const { kind, plan, details } = site.folder.runs.get(id);
  switch (kind) {
    case 'pretrain':
      return desk.perform(kind, (hooks) => site.pretrain({ plan, resume: id, ...hooks }));
    case 'finetune':
      return desk.perform(kind, (hooks) => resumeFinetuning(site, id, hooks));
    case 'segment': {
      const request = { model: modelIn(details) ?? '', volumes: volumesIn(details) ?? [], resume: id };
      return desk.perform(kind, (hooks) => segmentVolumes(site, { ...request, ...hooks }));
    }
    case 'federated':
      return participation.resume(id);
  }
}
