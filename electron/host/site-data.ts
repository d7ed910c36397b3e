/** What a workstation answers by address, over HTTP: voxels in parts, pictures, exported files. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Workstation } from '../workstation/workstation.ts';

const passedOn = ['range', 'if-range', 'if-none-match', 'if-modified-since', 'accept'];

export async function serveSiteData(
  workstation: Workstation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const headers = new Headers();
  for (const name of passedOn) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const answer = await workstation.fetch(new Request(url, { method: request.method, headers, signal: gone.signal }));
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) if (!response.hasHeader(name)) response.setHeader(name, value);
  if (answer.body === null || request.method === 'HEAD') {
    await answer.body?.cancel();
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
}
