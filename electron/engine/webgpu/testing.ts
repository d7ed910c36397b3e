/**
 * A trainer process in whose third step something really goes wrong on the graphics card, for the tests of what becomes
 * of the job. ISOCENTER_TEST_FAILURE says what: 'lost' takes the device away, 'full' asks it for more memory than there
 * is.
 */
import { globals } from 'webgpu';

const MIDDLE = 5; // commands of a step that are done before; a step has more than ten

const { GPUAdapter, GPUQueue } = globals as {
  GPUAdapter: typeof globalThis.GPUAdapter;
  GPUQueue: typeof globalThis.GPUQueue;
};
let device: GPUDevice;
let steps = 0;
let commands = 0;

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...settings) {
  device = await requestDevice.apply(this, settings);
  return device;
};

const { submit } = GPUQueue.prototype;
GPUQueue.prototype.submit = function (...buffers) {
  if (steps === 2 && ++commands === MIDDLE) fail();
  return submit.apply(this, buffers);
};

const send = process.send?.bind(process) as (message: unknown) => boolean;
process.send = (message: unknown) => {
  if ((message as { m?: string }).m === 'progress') steps++;
  return send(message);
};

function fail(): void {
  if (process.env.ISOCENTER_TEST_FAILURE === 'lost') device.destroy();
  const size = device.limits.maxBufferSize;
  // Only told of where none is left, so as many as a large card has.
  for (let i = 0; i < 64; i++) device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
}

await import('../trainer.ts');
