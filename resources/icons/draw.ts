/** Draws icon.svg in every size and container that the systems want: `node resources/icons/draw.ts CHROMIUM`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const here = import.meta.dirname;
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** Names of icns entries that hold a PNG, by pixels; the second of a size is for screens of double density. */
const icns: [string, number][] = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
  ['ic10', 1024],
];

const pictures = await draw(process.argv[2]);
const of = (size: number) => pictures.get(size) as Buffer;
for (const size of sizes) writeFileSync(join(here, `${size}x${size}.png`), of(size));
writeFileSync(join(here, 'icon.ico'), icoOf(sizes.filter((size) => size <= 256)));
writeFileSync(join(here, 'icon.icns'), icnsOf());

async function draw(executablePath: string): Promise<Map<number, Buffer>> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const source = `data:image/svg+xml;base64,${readFileSync(join(here, 'icon.svg')).toString('base64')}`;
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<body style="margin:0"><img style="display:block" width="${size}" src="${source}"></body>`);
    drawn.set(size, await page.screenshot({ omitBackground: true }));
  }
  await browser.close();
  return drawn;
}

/** A header, an entry of 16 bytes for each picture, and the PNG files. */
function icoOf(contained: number[]): Buffer {
  const head = Buffer.alloc(6 + 16 * contained.length);
  head.writeUInt16LE(1, 2); // icons
  head.writeUInt16LE(contained.length, 4);
  let offset = head.length;
  contained.forEach((size, index) => {
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at); // 0 stands for 256
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4); // planes
    head.writeUInt16LE(32, at + 6); // bits a pixel
    head.writeUInt32LE(of(size).length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += of(size).length;
  });
  return Buffer.concat([head, ...contained.map(of)]);
}

/** Entries of name, length with these eight bytes, and the PNG file, in one more of the kind. */
function icnsOf(): Buffer {
  const entry = (name: string, content: Buffer) => {
    const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
    head.writeUInt32BE(8 + content.length, 4);
    return Buffer.concat([head, content]);
  };
  return entry('icns', Buffer.concat(icns.map(([name, size]) => entry(name, of(size)))));
}
