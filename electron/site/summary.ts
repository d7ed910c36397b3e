/** The site in a few words and counts. */
import type { SiteSummary } from '../../shared/api/settings.ts';
import type { Site } from './site.ts';

export function summaryOf({ name, fingerprint, folder }: Site): SiteSummary {
  const { volumes, labelled } = folder.volumes.count();
  const { path, createdAt, models } = folder;
  return { name, fingerprint, folder: path, createdAt, volumes, labelled, models: models.count() };
}
