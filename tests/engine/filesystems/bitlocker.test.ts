import { expect, test } from 'vitest';
import { EngineError, memoryDevice, readBitlocker, type BitlockerState, type BlockSource } from '../../../native-free-engine/index.ts';

/** Everything here is constructed from libbde's description; nothing was recorded, nothing is encrypted. */

const KIB = 1024;
const BLOCKS = [64 * KIB, 160 * KIB, 256 * KIB];
const VOLUME = 400 * KIB;
const KEY = 8 + 28;

function volume(): Uint8Array {
  const bytes = Buffer.alloc(VOLUME);
  bytes.write('\xeb\x58\x90-FVE-FS-', 0, 'latin1');
  bytes.writeUInt16LE(512, 0x0b);
  Buffer.from('3bd66749292ed84a8399f6a339e3d001', 'hex').copy(bytes, 0xa0);
  BLOCKS.forEach((offset, i) => bytes.writeBigUInt64LE(BigInt(offset), 0xb0 + i * 8));
  for (const at of BLOCKS) {
    bytes.write('-FVE-FS-', at, 'latin1');
    bytes.writeUInt16LE(2, at + 0x0a);
    bytes.writeUInt16LE(4, at + 0x0c);
    bytes.writeUInt16LE(4, at + 0x0e);
    bytes.writeBigUInt64LE(BigInt(VOLUME), at + 0x10);
    bytes.writeUInt32LE(0x30 + KEY, at + 0x40);
    bytes.writeUInt32LE(0x30, at + 0x48);
    bytes.writeUInt16LE(KEY, at + 0x70);
    bytes.writeUInt16LE(2, at + 0x72);
    bytes.writeUInt16LE(0x0800, at + 0x70 + 8 + 0x1a);
  }
  return Uint8Array.from(bytes);
}

/** Counts what is read: metadata that claims to be large must not be believed. */
function counting(bytes: Uint8Array): { source: BlockSource; read: () => number } {
  const device = memoryDevice(bytes);
  let read = 0;
  return { source: { ...device, readInto: (offset, buffer) => ((read += buffer.length), device.readInto(offset, buffer)) }, read: () => read };
}

/** What it says; or the code of the error, which is one of those that a caller expects. */
async function outcome(bytes: Uint8Array): Promise<BitlockerState | string> {
  const { source, read } = counting(bytes);
  const said = await readBitlocker(source).catch((error: unknown) => {
    if (error instanceof EngineError) return error.code;
    throw error;
  });
  expect(read()).toBeLessThanOrEqual(512 + 3 * (64 * KIB + 0x40 + 0x70));
  return said;
}

const CODES = /^(struct-invalid|struct-out-of-bounds|number-unsafe|source-out-of-bounds|range-invalid)$/;
const SOUND: BitlockerState = { state: 'encrypted', percent: 100, suspended: false };

test('hostile: every bit of the header and of the first metadata flipped ends in a state or in a named error', async () => {
  const whole = volume();
  expect(await outcome(whole)).toEqual(SOUND);
  const places = [...Array.from({ length: 512 }, (_, i) => i), ...Array.from({ length: 0x70 + KEY }, (_, i) => BLOCKS[0]! + i)];
  let unharmed = 0;
  let errors = 0;
  for (const at of places) {
    for (let bit = 0; bit < 8; bit++) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << bit;
      const said = await outcome(bytes);
      if (typeof said === 'string') {
        expect(said, `byte ${at}`).toMatch(CODES);
        errors++;
      } else {
        expect(said.percent).toBeGreaterThanOrEqual(0);
        expect(said.percent).toBeLessThanOrEqual(100);
        if (JSON.stringify(said) === JSON.stringify(SOUND)) unharmed++;
      }
    }
  }
  // Only the signature of the boot sector has no second copy; what the first metadata lacks, the next has.
  expect(errors).toBe(8 * 8);
  expect(unharmed).toBeGreaterThan(places.length * 8 * 0.9);
});

test('hostile: sizes and places that lie, in all three copies', async () => {
  const every = (change: (view: DataView, at: number) => void): Uint8Array => {
    const bytes = volume();
    const view = new DataView(bytes.buffer);
    for (const at of BLOCKS) change(view, at);
    return bytes;
  };
  for (const size of [0, 0x2f, 0x30, 0x7fffffff, 0xffffffff]) {
    const said = await outcome(every((view, at) => view.setUint32(at + 0x40, size, true)));
    expect(said, `metadata of ${size}`).toEqual(size < 0x30 ? expect.stringMatching(CODES) : SOUND);
  }
  for (const size of [0, 0x2f, 0x1001, 0xffffffff]) expect(await outcome(every((view, at) => view.setUint32(at + 0x48, size, true))), `header of ${size}`).toMatch(CODES);
  // An entry of no bytes, one that runs past the end, and one too short for a key: no clear key is found, and the search ends.
  for (const size of [0, 1, 7, 8, 0xffff]) expect(await outcome(every((view, at) => view.setUint16(at + 0x70, size, true))), `entry of ${size}`).toEqual(SOUND);
  // More is encrypted than the volume has.
  expect(await outcome(every((view, at) => view.setBigUint64(at + 0x10, 2n ** 50n, true)))).toEqual(SOUND);
  expect(await outcome(every((view, at) => view.setBigUint64(at + 0x10, 2n ** 64n - 1n, true)))).toBe('number-unsafe');
  // Metadata at the end of the volume, behind it, and at the boot sector itself.
  for (const place of [BigInt(VOLUME) - 1n, BigInt(VOLUME), 2n ** 63n, 0n]) {
    const bytes = volume();
    for (const field of [0xb0, 0xb8, 0xc0]) new DataView(bytes.buffer).setBigUint64(field, place, true);
    expect(await outcome(bytes), `metadata at ${place}`).toMatch(CODES);
  }
});

test('a volume that is cut off says so, wherever it is cut', async () => {
  const whole = volume();
  for (const length of [0, 511, 512, BLOCKS[0]!, BLOCKS[0]! + 0x6f]) expect(await outcome(whole.slice(0, length)), `${length} bytes`).toMatch(CODES);
  expect(await outcome(whole.slice(0, BLOCKS[0]! + 0x70))).toMatchObject({ state: 'encrypted', suspended: false });
});

test('a key in the open is found behind others', async () => {
  const bytes = volume();
  const view = new DataView(bytes.buffer);
  view.setUint32(BLOCKS[0]! + 0x40, 0x30 + 2 * KEY, true);
  bytes.copyWithin(BLOCKS[0]! + 0x70 + KEY, BLOCKS[0]! + 0x70, BLOCKS[0]! + 0x70 + KEY);
  view.setUint16(BLOCKS[0]! + 0x70 + KEY + 8 + 0x1a, 0, true);
  expect(await outcome(bytes)).toEqual({ ...SOUND, suspended: true });
});
