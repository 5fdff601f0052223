import { closeSync, openSync, readSync } from 'node:fs';
import { seeded } from '../../support/seeded.ts';

const PIECE = 200_000;

/** Machine code, as WIM files hold most of: part of the program that runs this. */
export function machineCode(length: number): Buffer {
  const file = openSync(process.execPath, 'r');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, 30_000_000);
  closeSync(file);
  return bytes;
}

/** Two channels of 16-bit numbers that change slowly: what delta matches are for. */
export function waves(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) {
    bytes.writeInt16LE(Math.round(9000 * Math.sin(i / 900)), i);
    bytes.writeInt16LE(Math.round((i / 3) % 20_000), i + 2);
  }
  return bytes;
}

export const lines = (length: number): Buffer =>
  Buffer.from(Array.from({ length: Math.ceil(length / 17) }, (_, i) => `HKLM\\Software\\${(i * 7919) % 1000}\\${i}=\r\n`).join('')).subarray(0, length);

/** Some of everything: code, text, numbers, zeros, what does not pack, and what occurred long before. */
export function everything(): Buffer {
  const code = machineCode(2 * PIECE);
  return Buffer.concat([code, lines(PIECE), waves(PIECE), Buffer.alloc(PIECE / 2), seeded(77).bytes(PIECE / 4), code.subarray(0, PIECE), lines(PIECE / 2)]);
}
