/** What is measured inside of the page: from input events to frames that Cornerstone drew. */
import { existsSync, readFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';

const DRAWN = 'cornerstoneimagerendered'; // does not bubble, but can be caught on its way down

/** ms from the click on a volume's link to the frame after its first axial slice stood on the canvas. */
export async function clickToFirstSlice(page: Page, name: string): Promise<number> {
  await page.evaluate((drawn) => {
    const began = new Promise<number>((resolve) =>
      document.addEventListener('click', (event) => resolve(event.timeStamp), { capture: true, once: true }),
    );
    const shown = new Promise<number>((resolve) => {
      const listen = (event: Event) => {
        const element = event.target as HTMLElement;
        const { canvasContext } = (event as CustomEvent<{ canvasContext: CanvasRenderingContext2D }>).detail;
        const { width, height } = canvasContext.canvas;
        if (!element.closest('[data-plane="axial"]')) return;
        if (canvasContext.getImageData(width / 2, height / 2, 1, 1).data[0] === 0) return;
        document.removeEventListener(drawn, listen, { capture: true });
        requestAnimationFrame((time) => resolve(time));
      };
      document.addEventListener(drawn, listen, { capture: true });
    });
    Object.assign(window, { firstSlice: Promise.all([began, shown]).then(([from, to]) => to - from) });
  }, DRAWN);
  await page.getByRole('link', { name }).click();
  return page.evaluate(() => (window as unknown as { firstSlice: Promise<number> }).firstSlice);
}

export interface Scrolling {
  frames: number[]; // ms between animation frames
  drawn: number; // slices that Cornerstone drew
  work: number[]; // ms of Cornerstone's own drawing, each slice
}

/** Turns the wheel by one slice in each frame, there and back through the volume. */
export function scrollThrough(page: Page, plane: string, steps: number): Promise<Scrolling> {
  return page.evaluate(
    async ({ drawn, plane, steps }) => {
      const surface = document.querySelector<HTMLElement>(`[data-plane="${plane}"] .surface`)!;
      const { left, top, width, height } = surface.getBoundingClientRect();
      const frames: number[] = [];
      const work: number[] = [];
      const listen = (event: Event) => {
        if (surface.contains(event.target as Node))
          work.push((event as CustomEvent<{ renderTimeInMs: number }>).detail.renderTimeInMs);
      };
      document.addEventListener(drawn, listen, { capture: true });
      let before = await new Promise<number>(requestAnimationFrame);
      for (let step = 0; step < steps; step++) {
        surface.dispatchEvent(
          new WheelEvent('wheel', {
            deltaY: step < steps / 2 ? 100 : -100,
            clientX: left + width / 2,
            clientY: top + height / 2,
            bubbles: true,
            cancelable: true,
          }),
        );
        const now = await new Promise<number>(requestAnimationFrame);
        frames.push(now - before);
        before = now;
      }
      document.removeEventListener(drawn, listen, { capture: true });
      return { frames, drawn: work.length, work };
    },
    { drawn: DRAWN, plane, steps },
  );
}

/** Draws a stroke with the real pointer; ms from each pointer event to the frame that shows it. */
export async function drawStroke(page: Page, plane: string, offset: number): Promise<number[]> {
  const box = (await page.locator(`[data-plane="${plane}"] .surface`).boundingBox())!;
  await page.evaluate(
    ({ drawn, plane }) => {
      const surface = document.querySelector<HTMLElement>(`[data-plane="${plane}"] .surface`)!;
      const latencies: number[] = [];
      const listening = new AbortController();
      const { signal } = listening;
      let waiting: number | null = null;
      const press = (event: PointerEvent) => {
        if (event.buttons === 1) waiting ??= event.timeStamp;
      };
      surface.addEventListener('pointermove', press, { signal });
      document.addEventListener(
        drawn,
        (event) => {
          if (waiting === null || !surface.contains(event.target as Node)) return;
          const since = waiting;
          waiting = null;
          requestAnimationFrame((time) => latencies.push(time - since));
        },
        { capture: true, signal },
      );
      const stop = () => {
        listening.abort(); // else the listener would hold the viewport, and with it the volume
        return latencies;
      };
      Object.assign(window, { stop });
    },
    { drawn: DRAWN, plane },
  );
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x - 80, middle.y);
  await page.mouse.down();
  for (let step = 0; step <= 40; step++) {
    await page.mouse.move(middle.x - 80 + 4 * step, middle.y + offset + 40 * Math.sin(step / 5));
  }
  await page.mouse.up();
  await page.waitForTimeout(100);
  return page.evaluate(() => {
    const { stop } = window as unknown as { stop?: () => number[] };
    Object.assign(window, { stop: undefined });
    return stop!();
  });
}

/** Bytes of the page's objects and arrays after a garbage collection. */
export async function heldMemory(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize: number };
  await session.detach();
  return usage.usedSize + usage.backingStorageSize;
}

/** Resident bytes of the processes that show pages; 0 where the system does not tell. */
export async function residentMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter(({ type }) => type === 'renderer')
    .reduce((sum, { id }) => {
      const status = existsSync(`/proc/${id}/status`) ? readFileSync(`/proc/${id}/status`, 'utf8') : '';
      return sum + 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    }, 0);
}
