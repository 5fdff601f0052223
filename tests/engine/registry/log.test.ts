import { expect, test } from 'vitest';
import { EngineError, memoryDevice, openHive, type Hive } from '../../../native-free-engine/index.ts';
import { marvin32 } from '../../../native-free-engine/registry/marvin32.ts';
import { seeded } from '../../support/seeded.ts';
import { dword, HiveMaker } from './make-hive.ts';
import { difference, logEntry, logFile } from './make-log.ts';

/** A hive with one number in it. */
function hive(value: number, { dirty = false } = {}): Buffer {
  const maker = new HiveMaker();
  return maker.finish(maker.key('ROOT', [maker.value('Number', 4, dword(value))]), { dirty });
}

/** `finish` gives a dirty hive the sequence numbers 7 and 6. */
const PRIMARY = 7;
const OLD = hive(1, { dirty: true });
const binsOf = (file: Uint8Array): number => file.length - 4096;
const change = (sequence: number, from: Buffer, to: Buffer): Buffer => logEntry({ sequence, pages: difference(from, to), binsSize: binsOf(to) });

const open = (file: Uint8Array, ...logs: readonly Uint8Array[]): Promise<Hive> => openHive(memoryDevice(Uint8Array.from(file)), 'SYSTEM', logs.map((log) => memoryDevice(Uint8Array.from(log))));
async function number(opened: Hive): Promise<number | null> {
  const value = await (await opened.key(''))?.value('Number');
  return value?.kind === 'number' ? value.number : null;
}
async function said(file: Uint8Array, ...logs: readonly Uint8Array[]): Promise<string> {
  const opened = await open(file, ...logs);
  return `${await number(opened)}, ${opened.replayed} replayed${opened.dirty ? ', dirty' : ''}`;
}

// The vectors that SymCrypt and .NET test theirs with.
test.each([
  ['', '30ed35c100cd3c7d'], ['af', '48e73fc77d75ddc1'], ['e70f', 'b5f6e1fc485dbff8'], ['37f495', 'f0b07c789b8cf7e8'], ['8642dc59', '7008f2e87e9cf556'], ['153fb79826', 'e6c08c6da2afa997'],
  ['0932e6246c47', '6f04bf1a5ea24060'], ['ab427ea8d10fc7', 'e11847e4f0678c41'],
])('Marvin32 of %s', (bytes, hash) => {
  const [low, high] = marvin32(Buffer.from(bytes, 'hex'), [0x001bdbcc, 0x004fb61a]);
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  expect(`${hex(high)}${hex(low)}`).toBe(hash);
});

test('constructed: the changes of both logs are in what a dirty hive says, one after the other', async () => {
  const [second, third, fourth] = [hive(2), hive(3), hive(4)];
  expect(await said(OLD)).toBe('1, 0 replayed, dirty');
  expect(await said(OLD, logFile(OLD, change(PRIMARY, OLD, second)))).toBe('2, 1 replayed');
  const first = logFile(OLD, change(PRIMARY - 1, OLD, OLD), change(PRIMARY, OLD, second));
  const other = logFile(OLD, change(PRIMARY + 1, second, third), change(PRIMARY + 2, third, fourth));
  expect(await said(OLD, first, other)).toBe('4, 4 replayed');
  expect(await said(OLD, other, first)).toBe('4, 4 replayed');
  // Old entries are left over in every log.
  expect(await said(OLD, logFile(OLD, change(2, OLD, fourth), change(3, OLD, third), change(PRIMARY, OLD, second)))).toBe('2, 1 replayed');
  // A hive that is not dirty has it all.
  expect(await said(hive(1), first)).toBe('1, 0 replayed');
});

test('constructed: a hive that grew in its log', async () => {
  const bin = Buffer.alloc(8192);
  bin.write('hbin', 0, 'latin1');
  bin.writeUInt32LE(binsOf(OLD), 4);
  bin.writeUInt32LE(bin.length, 8);
  bin.writeInt32LE(bin.length - 32, 32);
  const grown = Buffer.concat([hive(9), bin]);
  expect(await said(OLD, logFile(OLD, change(PRIMARY, OLD, grown)))).toBe('9, 1 replayed');
  // What the log says it grew by, and does not have, reads as zeros.
  const pages = difference(OLD, hive(9));
  expect(await said(OLD, logFile(OLD, logEntry({ sequence: PRIMARY, pages, binsSize: binsOf(grown) })))).toBe('9, 1 replayed');
});

test('constructed: replay stops at what is missing or not sound, and never skips', async () => {
  const [second, third] = [hive(2), hive(3)];
  const good = change(PRIMARY, OLD, second);
  const next = change(PRIMARY + 1, second, third);
  const torn = Buffer.from(next);
  torn[torn.length - 1]! ^= 1;
  expect(await said(OLD, logFile(OLD, good, torn))).toBe('2, 1 replayed');
  expect(await said(OLD, logFile(OLD, good, next.subarray(0, 512)))).toBe('2, 1 replayed');
  expect(await said(OLD, logFile(OLD, good, change(PRIMARY + 5, second, third)))).toBe('2, 1 replayed');
  // Nothing reaches back to the hive.
  expect(await said(OLD, logFile(OLD, next))).toBe('1, 0 replayed, dirty');
  expect(await said(OLD, logFile(OLD))).toBe('1, 0 replayed, dirty');
  expect(await said(OLD, new Uint8Array(0))).toBe('1, 0 replayed, dirty');
  const old = logFile(OLD, good);
  old.writeUInt32LE(1, 0x1c);
  expect(await said(OLD, old)).toBe('1, 0 replayed, dirty');
});

test('hostile: pages outside the hive, counts and sizes that lie are no entries', async () => {
  const page = { offset: 0, bytes: new Uint8Array(512) };
  for (const entry of [
    { sequence: PRIMARY, pages: [{ ...page, offset: 0xfffffe00 }], binsSize: binsOf(OLD) },
    { sequence: PRIMARY, pages: [{ ...page, offset: binsOf(OLD) }], binsSize: binsOf(OLD) },
    { sequence: PRIMARY, pages: [{ ...page, offset: 100 }], binsSize: binsOf(OLD) },
    { sequence: PRIMARY, pages: [{ offset: 0, bytes: new Uint8Array(100) }], binsSize: binsOf(OLD) },
    { sequence: PRIMARY, pages: [page], binsSize: 0 },
    { sequence: PRIMARY, pages: [page], binsSize: 4097 },
  ]) expect(await said(OLD, logFile(OLD, logEntry(entry)))).toBe('1, 0 replayed, dirty');
  // Sound by its hashes, and larger than anything that is there: what was never written reads as zeros.
  await expect(said(OLD, logFile(OLD, logEntry({ sequence: PRIMARY, pages: [page], binsSize: 0xfffff000 })))).rejects.toThrow('hive-invalid');
});

test('hostile: any byte of a log changed ends in a hive read, with or without it, or in hive-invalid', async () => {
  const log = logFile(OLD, change(PRIMARY, OLD, hive(2)), change(PRIMARY + 1, hive(2), hive(3)));
  const random = seeded(31);
  const outcomes = new Set<string>();
  for (let round = 0; round < 400; round++) {
    const bytes = Uint8Array.from(log);
    bytes[random.below(round < 200 ? 700 : bytes.length)]! ^= 1 << random.below(8);
    outcomes.add(await said(OLD, bytes).catch((error: unknown) => {
      if (error instanceof EngineError) return error.code;
      throw error;
    }));
  }
  // A hash covers each entry: a change takes it away, and never comes through.
  expect([...outcomes].sort()).toEqual(['1, 0 replayed, dirty', '2, 1 replayed']);
});
