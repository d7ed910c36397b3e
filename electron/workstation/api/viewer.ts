/** The viewer's verbs: a volume, its label maps, and drawing on them. */
import type { viewerVerbs } from '../../../shared/api/viewer.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { compareLabelMaps } from '../../site/scoring.ts';
import type { Site } from '../../site/site.ts';
import { openVolume, summariseMap } from '../views/opened-volume.ts';
import type { Windows } from '../windows.ts';

export function viewerApi(site: () => Site, windows: Windows): Pick<SiteApi, keyof typeof viewerVerbs> {
  const folder = () => site().folder;
  const person = () => windows.snapshot.person;
  return {
    openVolume: async (id) => openVolume(folder(), id),
    startDrawing: async (volume, basis) => {
      const drawing = folder().labelMaps.startDrawing(volume, basis, person());
      windows.changed('maps');
      windows.changed('volumes'); // it counts as drafted
      return summariseMap(drawing);
    },
    draw: async (id, stroke) => folder().labelMaps.draw(id, stroke),
    undo: async (id) => folder().labelMaps.undo(id),
    redo: async (id) => folder().labelMaps.redo(id),
    removeLabelMap: async (id) => {
      folder().labelMaps.remove(id);
      windows.changed('maps');
      windows.changed('volumes');
    },
    useForTraining: async (id) => {
      folder().labelMaps.useForTraining(id, person());
      windows.changed('maps');
      windows.changed('volumes');
    },
    setVerdict: async (id, verdict) => {
      folder().labelMaps.judge(id, verdict, person());
      windows.changed('maps');
    },
    compareLabelMaps: async (prediction, reference) => compareLabelMaps(site(), prediction, reference),
    nameLabel: async (label, name, colour) => {
      folder().labelNames.name(label, name, colour);
      windows.changed('maps');
    },
    noteVolume: async (id, note) => {
      folder().volumes.note(id, note);
      windows.changed('volumes');
    },
  };
}
