/** The site in a few words and counts. */

import type { SiteSummary } from '../../../shared/api/settings.ts';
import { isOver } from '../../../shared/runs.ts';
import { CoordinatorFiles } from '../../site/coordinating/coordinator-files.ts';
import type { Site } from '../../site/site.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

export function summaryOf({ name, fingerprint, folder }: Site): SiteSummary {
  const { volumes, labelled } = folder.volumes.count();
  const { path, createdAt, models } = folder;
  return { name, fingerprint, folder: path, createdAt, volumes, labelled, models: models.count() };
}

/** A federation that goes on under this site's name, hosted here or taken part in. */
export function unfinishedFederation({ coordinatorFolder, runs }: SiteFolder): string | undefined {
  const hosted = new CoordinatorFiles(coordinatorFolder).hosted();
  if (hosted && !hosted.finished) return hosted.federation;
  return runs.listOf('federated').find((run) => !isOver(run))?.details.federation;
}
