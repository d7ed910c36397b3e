/**
 * What a page fetches by address, below `/site/`:
 *
 *     volumes/ID/voxels     maps/ID/voxels     volumes/ID/thumbnail.png     maps/ID/thumbnail.png     exports/ID/NAME
 */
import type { Workstation } from './workstation.ts';

export async function serveData(_workstation: Workstation, _request: Request): Promise<Response> {
  return new Response('not here', { status: 404 });
}
