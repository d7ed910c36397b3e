/** The verbs of runs and models. */
import type { trainingVerbs } from '../../../shared/api/training.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { fault } from '../../../shared/errors.ts';
import { forgetInvitation } from '../../site/runs/kept-invitation.ts';
import { segmentVolumes, volumesSegmentedBy } from '../../site/runs/segmenting-run.ts';
import { learnable } from '../../site/volumes.ts';
import { exampleVolume } from '../../site/window-picture.ts';
import type { RunDesk } from '../desks/run-desk.ts';
import type { OpenSite } from '../open-site.ts';
import { resumeRun } from '../resume.ts';
import { removeModel, summariseModels } from '../views/model-summary.ts';
import { curvesOf, summariseRuns } from '../views/run-summary.ts';
import type { Windows } from '../windows.ts';

export function trainingApi(
  open: () => OpenSite,
  desk: RunDesk,
  windows: Windows,
): Pick<SiteApi, keyof typeof trainingVerbs> {
  const folder = () => open().site.folder;
  return {
    fitPlan: async () => {
      const { site } = open();
      const example = exampleVolume(site.folder);
      if (!example) return null;
      const { plan, reasons } = await site.fitPlan();
      const { id, name } = example;
      return { plan, reasons, volumes: learnable(site.folder).volumes, example: { id, name } };
    },
    listRuns: async () => {
      desk.flush(); // so that a list tells what the curves show
      return summariseRuns(folder());
    },
    runCurves: async (id) => {
      desk.flush();
      return curvesOf(folder(), id);
    },
    listModels: async () => summariseModels(folder()),
    removeModel: async (id) => {
      removeModel(folder(), id);
      windows.changed('models');
      windows.changed('runs');
    },
    startPretraining: async (plan, cohort) => {
      const { site } = open();
      return desk.perform('pretrain', (hooks) => site.pretrain({ plan, cohort, ...hooks }));
    },
    startFinetuning: async (request) => {
      const { site } = open();
      return desk.perform('finetune', (hooks) => site.finetune({ ...request, ...hooks }));
    },
    volumesSegmentedBy: async (model) => [...volumesSegmentedBy(folder(), model)],
    startSegmenting: async (model, chosen, { again }) => {
      const { site } = open();
      const done = again ? new Set() : volumesSegmentedBy(folder(), model);
      const volumes = chosen.filter((volume) => !done.has(volume));
      if (volumes.length === 0) throw fault('site.all-segmented', { model });
      return desk.perform('segment', (hooks) => segmentVolumes(site, { model, volumes, ...hooks }));
    },
    pauseRun: async () => desk.pause(),
    cancelRun: async () => desk.cancel(),
    resumeRun: async (id) => {
      await resumeRun(open(), desk, id);
    },
    giveUpRun: async (id) => {
      desk.requireNotAtWork(id);
      forgetInvitation(folder().runs.update(id, { state: 'cancelled' }));
      windows.changed('runs');
    },
    noteRun: async (id, note) => {
      folder().runs.write(id, note);
      windows.changed('runs');
    },
  };
}
