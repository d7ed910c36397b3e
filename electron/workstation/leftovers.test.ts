import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportedFile } from '../../shared/api/review.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { Workstation } from './workstation.ts';

const base = testFolder().path;
const folder = join(base, 'site');
beforeAll(async () => {
  const workstation = new Workstation({ folder });
  await workstation.create('Riverside');
  await workstation.close();
});

async function open(): Promise<Workstation> {
  const workstation = new Workstation({ folder });
  await workstation.opened;
  return workstation;
}

function leave(...path: string[]): string {
  mkdirSync(join(folder, ...path), { recursive: true });
  writeFileSync(join(folder, ...path, 'scan.nii.gz'), 'voxels');
  return join(folder, ...path);
}

describe('what windows left', () => {
  it('goes when the next one opens', async () => {
    const left = [leave('exports', 'aa'), leave('uploads', 'batch', 'images')];
    const workstation = await open();
    expect(left.filter(existsSync)).toEqual([]);
    await workstation.close();
  });

  it('stays while another window has the site open', async () => {
    // Guards against a second program that took the first one's exports and uploads away.
    const first = await open();
    const { address }: ExportedFile = await first.api.exportLedger();
    const uploaded = leave('uploads', 'batch');
    const status = async () => (await first.fetch(new Request(`http://127.0.0.1/${address}`))).status;

    const second = await open();
    expect([await status(), existsSync(uploaded)]).toEqual([200, true]);
    await second.close();
    expect([await status(), existsSync(uploaded)]).toEqual([200, true]);
    await first.close();
    expect(await status()).toBe(404);
    await (await open()).close();
    expect(existsSync(uploaded)).toBe(false);
  });
});
