/** Cohorts as a person changes them: nothing is held out from under a run that learns from it. */
import type { CohortRole } from '../../shared/cohorts.ts';
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

function requireFree(folder: SiteFolder, role: CohortRole, volumes: VolumeRecord[]): void {
  if (role === 'held-out')
    requireUnused(
      folder,
      volumes.map(({ id }) => id),
    );
}
