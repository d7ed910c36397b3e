/** Which engine computes here and why, in plain words. */
import { cpus } from 'node:os';
import { z } from 'zod';
import type { EngineView } from '../../shared/api/settings.ts';
import { fault } from '../../shared/errors.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { readSettings } from './settings.ts';
import type { Site } from './site.ts';

const MEASURED = 'engine-measured'; // key of what was found out last

const measuredSchema = z.strictObject({
  device: z.string(), // another machine's measurement says nothing of this one
  usable: z.boolean(),
  reason: z.string(),
  gflops: z.number().nullable(),
});

const why: Record<EngineView['choice'], string> = {
  auto: 'It is the one engine that runs on every machine; nothing faster is built in yet.',
  wasm: 'It was chosen here.',
};

/** What is known without computing anything. */
export function engineView(folder?: SiteFolder): EngineView {
  const choice = folder ? readSettings(folder).engine : 'auto';
  const found = folder?.settings.read(MEASURED, measuredSchema);
  const device = deviceName();
  const measured = found?.device === device ? found : undefined;
  return {
    choice,
    engine: 'wasm',
    usable: measured?.usable ?? true,
    why: measured?.usable === false ? measured.reason : why[choice],
    gflops: measured?.gflops ?? null,
    device,
  };
}

/** Has the trainer compute for a second, and remembers how fast it was. */
export async function measureEngine({ folder, trainer }: Site): Promise<EngineView> {
  const { usable, reason, gflops } = await trainer.run('inspect', undefined);
  if (usable && !(gflops > 0)) throw fault('site.unexpected', { reason: 'the engine took no time' });
  folder.settings.write(MEASURED, { device: deviceName(), usable, reason, gflops: usable ? gflops : null });
  return engineView(folder);
}

function deviceName(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() || 'processor'}, ${cores.length} ${cores.length === 1 ? 'core' : 'cores'}`;
}
