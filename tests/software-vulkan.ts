/**
 * A graphics card that the processor plays, for the tests of the `webgpu` engine: the SwiftShader that the npm package
 * `@sparticuz/chromium` carries, with a Vulkan loader of its own, so that nothing has to be installed.
 */
import { join } from 'node:path';
import { unpackChromium } from './chromium-package.ts';

/**
 * What a process must be started with to compute on it. Nothing where the package has none, and with
 * `ISOCENTER_TEST_ADAPTER=own`: the tests then run on the machine's own graphics card, if it has one.
 */
export async function softwareVulkan(): Promise<Record<string, string>> {
  const isOwn = process.env.ISOCENTER_TEST_ADAPTER === 'own';
  if (isOwn || process.platform !== 'linux' || process.arch !== 'x64') return {};
  const home = await unpackChromium('swiftshader', ['swiftshader.tar']);
  return { LD_LIBRARY_PATH: home, VK_ICD_FILENAMES: join(home, 'vk_swiftshader_icd.json') };
}
