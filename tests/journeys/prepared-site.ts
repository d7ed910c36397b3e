/** A site that has what a journey begins with, as its window would have made it. */
import type { Plan } from '../../shared/plan.ts';
import { openWindow } from '../open-window.ts';

export interface Prepared {
  name: string;
  files: string[]; // folders and files to import
  plan?: Plan; // what its new runs and federations begin with
}

export async function prepareSite(folder: string, { name, files, plan }: Prepared): Promise<void> {
  const { workstation, ask, idle } = openWindow({ folder });
  await ask('createSite', name);
  await ask('importVolumes', files, []);
  await idle();
  if (plan) await ask('changeSettings', { plan });
  await workstation.close();
}
