/** With what a federation began, as far as this site can tell from the weights that it was given first. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../../../shared/bytes.ts';
import { isFault } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { decodeWeights, type WeightTensors } from '../../../shared/safetensors.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import { makeTemporaryFolder } from '../../storage/atomic-file.ts';
import { joinLineages, type Lineage, lineageFrom, nothingLearnt, unknownLineage } from '../../storage/lineage.ts';
import type { Model } from '../../storage/models.ts';
import { readWeights } from '../../storage/weight-file.ts';
import type { SiteContext } from '../context.ts';

/**
 * The lineage of a federation's first weights. Those of a model of this site are recognised, and those that the plan's
 * seed gives are drawn once more and compared; of any others nothing is known, whatever the coordinator may say.
 */
export async function lineageOfStart(site: SiteContext, plan: Plan, stage: Stage, first: Uint8Array): Promise<Lineage> {
  const { weights } = decodeWeights(first, 'the first weights of the federation');
  const own = site.folder.models.list().filter((model) => agree(weightsOf(model), weights));
  if (own.length > 0) return joinLineages(...own.map(lineageFrom));
  return agree(await drawnWeights(site, plan, stage), weights) ? nothingLearnt : unknownLineage;
}

/** None where the file is gone or broken: then it cannot be compared. */
function weightsOf({ file }: Model): WeightTensors {
  try {
    return readWeights(file).weights;
  } catch (error) {
    if (isFault(error)) return {};
    throw error;
  }
}

async function drawnWeights({ folder, trainer }: SiteContext, plan: Plan, stage: Stage): Promise<WeightTensors> {
  const temporary = makeTemporaryFolder(join(folder.path, 'runs'));
  try {
    const out = join(temporary, 'drawn.safetensors');
    await trainer.run('initialise', { plan, parts: trainedParts(plan, stage), out });
    return readWeights(out).weights;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Whether the tensors that both have, and an encoder is among them, are the same to the last bit. */
function agree(a: WeightTensors, b: WeightTensors): boolean {
  const common = Object.keys(b).filter((name) => name in a);
  const same = (name: string) => Buffer.compare(bytesOf(a[name].data), bytesOf(b[name].data)) === 0;
  return common.some((name) => name.startsWith('encoder.')) && common.every(same);
}
