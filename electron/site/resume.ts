/** Continuing a run by what it noted itself, whatever its request was. */
import { fault } from '../../shared/errors.ts';
import { resumeFinetuning } from './finetuning-run.ts';
import type { RunHooks } from './run-desk.ts';
import { modelIn, volumesIn } from './run-summary.ts';
import { segmentVolumes } from './segmenting-run.ts';
import type { Site } from './site.ts';

/** Throws `site.run-needs-invitation` for a federated run: who is asked for consent is known only when it is joined. */
export async function resumeRun(site: Site, id: string, hooks: RunHooks): Promise<unknown> {
  const { kind, plan, details } = site.folder.runs.get(id);
  switch (kind) {
    case 'pretrain':
      return site.pretrain({ plan, resume: id, ...hooks });
    case 'finetune':
      return resumeFinetuning(site, id, hooks);
    case 'segment':
      return segmentVolumes(site, {
        model: modelIn(details) ?? '',
        volumes: volumesIn(details) ?? [],
        resume: id,
        ...hooks,
      });
    case 'federated':
      throw fault('site.run-needs-invitation', { run: id });
  }
}
