/** Cohorts as a person changes them: nothing is held out from under a run that learns from it. */
import type { CohortRole } from '../../shared/cohorts.ts';
import { fault } from '../../shared/errors.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { requireUnused } from './volumes.ts';

/** Throws as `Cohorts.make`, and `site.volumes-in-use`. */
export function makeCohort(folder: SiteFolder, name: string, role: CohortRole, volumes: VolumeRecord[]): void {
  requireFree(folder, role, volumes);
  folder.cohorts.make(name, role, volumes);
}

/** Throws as `Cohorts.add`, and `site.volumes-in-use`. */
export function addToCohort(folder: SiteFolder, name: string, volumes: VolumeRecord[]): void {
  requireFree(folder, folder.cohorts.get(name).role, volumes);
  folder.cohorts.add(name, volumes);
}

/**
 * Volumes by id or name, and all whose name or source has each word of `filter`. Throws `storage.no-such-volume` for a
 * text that is neither an id nor a name here.
 */
export function volumesNamed({ volumes }: SiteFolder, idsOrNames: string[], filter?: string): VolumeRecord[] {
  const records = volumes.list();
  const named = idsOrNames.flatMap((text) => {
    const found = records.filter(({ id, name }) => id === text || name === text);
    if (found.length === 0) throw fault('storage.no-such-volume', { id: text });
    return found;
  });
  const words = filter?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const hasWords = ({ name, source }: VolumeRecord) =>
    words.every((word) => `${name}\n${source}`.toLowerCase().includes(word));
  return [...new Set([...named, ...(words.length > 0 ? records.filter(hasWords) : [])])];
}

function requireFree(folder: SiteFolder, role: CohortRole, volumes: VolumeRecord[]): void {
  if (role === 'held-out')
    requireUnused(
      folder,
      volumes.map(({ id }) => id),
    );
}
