/**
 * Draws resources/icons/icon.svg in every size and container that installers
 * want, with the Chromium of this computer. Run it after the drawing changed:
 * `node scripts/make-icons.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findChromium } from '../tests/electron-stand-in/chromium/find-chromium.ts';

const FOLDER = join(import.meta.dirname, '../resources/icons');
/** Linux looks a size up by the file's name. */
const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512];
const ICO_SIZES = [16, 24, 32, 48, 64, 256];
/** Type codes of Apple's icon container, by pixel size, for PNG contents. */
const ICNS_TYPES: readonly (readonly [string, number])[] = [
  ['icp4', 16], ['ic11', 32], ['icp5', 32], ['ic12', 64], ['ic07', 128], ['ic13', 256], ['ic08', 256], ['ic14', 512], ['ic09', 512], ['ic10', 1024],
];

const executablePath = findChromium();
if (executablePath === null) throw new Error('Chromium is not installed');
const svg = await readFile(join(FOLDER, 'icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();

const drawings = new Map<number, Buffer>();
async function draw(size: number): Promise<Buffer> {
  let drawing = drawings.get(size);
  if (!drawing) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
    drawing = await page.screenshot({ omitBackground: true });
    drawings.set(size, drawing);
  }
  return drawing;
}

/** Windows' icon container: a header, an entry of 16 bytes for each drawing, and PNG files. */
async function ico(): Promise<Buffer> {
  const images = await Promise.all(ICO_SIZES.map(async (size) => ({ size, png: await draw(size) })));
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, png }, index) => {
    const at = 6 + 16 * index;
    // 256 does not fit in the byte and is written as 0.
    header[at] = header[at + 1] = size % 256;
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

/** Apple's icon container: a type, a length with its header, and a PNG file, each after the other. */
async function icns(): Promise<Buffer> {
  const block = (type: string, content: Buffer): Buffer => {
    const header = Buffer.alloc(8);
    header.write(type, 'latin1');
    header.writeUInt32BE(content.length + 8, 4);
    return Buffer.concat([header, content]);
  };
  const blocks: Buffer[] = [];
  for (const [type, size] of ICNS_TYPES) blocks.push(block(type, await draw(size)));
  return block('icns', Buffer.concat(blocks));
}

// One page draws them all: first in turn, from then on they are known.
for (const size of new Set([...LINUX_SIZES, ...ICO_SIZES, ...ICNS_TYPES.map(([, pixels]) => pixels)])) await draw(size);
for (const size of LINUX_SIZES) await writeFile(join(FOLDER, `${size}x${size}.png`), await draw(size));
await writeFile(join(FOLDER, 'icon.ico'), await ico());
await writeFile(join(FOLDER, 'icon.icns'), await icns());
await browser.close();
