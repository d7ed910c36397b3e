/**
 * A page that nothing looks into but one script at a time. Playwright has the browser keep the bodies of its own pages'
 * answers, up to 200 MB outside of the heap: no workstation does that, and it would count as the page's memory.
 */
import type { Browser } from '@playwright/test';

export interface BarePage {
  run: (script: string) => Promise<unknown>;
  /** Until the expression is true, also of a page that takes the place of this one. */
  until: (expression: string) => Promise<void>;
  close: () => Promise<void>;
}

export async function openBarePage(
  browser: Browser,
  address: string,
  size: { width: number; height: number },
): Promise<BarePage> {
  const session = await browser.newBrowserCDPSession();
  const { browserContextId } = await session.send('Target.createBrowserContext');
  const { targetId } = await session.send('Target.createTarget', { url: 'about:blank', browserContextId, ...size });
  const { sessionId } = await session.send('Target.attachToTarget', { targetId });
  let asked = 0;
  const ask = (method: string, params: object) =>
    new Promise<{ result?: { value?: unknown }; exceptionDetails?: unknown }>((resolve, reject) => {
      const id = ++asked;
      const listen = (told: { message: string; sessionId: string }) => {
        const answer = JSON.parse(told.message);
        if (told.sessionId !== sessionId || answer.id !== id) return;
        session.off('Target.receivedMessageFromTarget', listen);
        if (answer.error || answer.result.exceptionDetails) reject(new Error(`${method}: ${told.message}`));
        else resolve(answer.result);
      };
      session.on('Target.receivedMessageFromTarget', listen);
      const message = JSON.stringify({ id, method, params });
      session.send('Target.sendMessageToTarget', { sessionId, message }).catch(reject);
    });
  await ask('Page.navigate', { url: address });
  const run = async (expression: string) =>
    (await ask('Runtime.evaluate', { expression, returnByValue: true })).result?.value;
  return {
    run,
    until: async (expression) => {
      while ((await run(expression).catch(() => false)) !== true)
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close: async () => {
      await session.send('Target.disposeBrowserContext', { browserContextId });
      await session.detach();
    },
  };
}
