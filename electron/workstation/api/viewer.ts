/** The viewer's verbs: a volume, its label maps, and drawing on them. */
import type { viewerVerbs } from '../../../shared/api/viewer.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { compareLabelMaps } from '../comparison.ts';
import { openVolume, summariseMap } from '../views/opened-volume.ts';
import type { Workstation } from '../workstation.ts';

export function viewerApi(workstation: Workstation): Pick<SiteApi, keyof typeof viewerVerbs> {
  const folder = () => workstation.site.folder;
  const person = () => workstation.snapshot.person;
  return {
    openVolume: async (id) => openVolume(folder(), id),
    startDrawing: async (volume, basis) => {
      const drawing = folder().labelMaps.startDrawing(volume, basis, person());
      workstation.changed('maps');
      workstation.changed('volumes'); // it counts as drafted
      return summariseMap(drawing);
    },
    draw: async (id, stroke) => folder().labelMaps.draw(id, stroke),
    undo: async (id) => folder().labelMaps.undo(id),
    redo: async (id) => folder().labelMaps.redo(id),
    removeLabelMap: async (id) => {
      folder().labelMaps.remove(id);
      workstation.changed('maps');
      workstation.changed('volumes');
    },
    useForTraining: async (id) => {
      folder().labelMaps.useForTraining(id, person());
      workstation.changed('maps');
      workstation.changed('volumes');
    },
    setVerdict: async (id, verdict) => {
      folder().labelMaps.judge(id, verdict, person());
      workstation.changed('maps');
    },
    compareLabelMaps: async (prediction, reference) => compareLabelMaps(workstation.site, prediction, reference),
    nameLabel: async (label, name, colour) => {
      folder().labelNames.name(label, name, colour);
      workstation.changed('maps');
    },
    noteVolume: async (id, note) => {
      folder().volumes.note(id, note);
      workstation.changed('volumes');
    },
  };
}
