/** Continuing a run by what it noted itself, whatever its request was. */
import { resumeFinetuning } from '../site/runs/finetuning-run.ts';
import { segmentVolumes } from '../site/runs/segmenting-run.ts';
import type { RunDesk } from './desks/run-desk.ts';
import type { OpenSite } from './open-site.ts';

/** Errors as `RunDesk.perform` and those of the run; of a federated one as `Participation.resume`. */
export async function resumeRun({ site, participation }: OpenSite, desk: RunDesk, id: string): Promise<string> {
  const run = site.folder.runs.get(id);
  switch (run.kind) {
    case 'pretrain':
      return desk.perform(run.kind, (hooks) => site.pretrain({ plan: run.plan, resume: id, ...hooks }));
    case 'finetune':
      return desk.perform(run.kind, (hooks) => resumeFinetuning(site, id, hooks));
    case 'segment':
      return desk.perform(run.kind, (hooks) => segmentVolumes(site, { ...run.details, resume: id, ...hooks }));
    case 'federated':
      return participation.resume(id);
  }
}
