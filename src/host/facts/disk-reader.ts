import { rangedSource, throwIfAborted, type BlockSource, type Fact } from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';
import type { Disks } from '../disks.ts';
import { attempt } from './attempt.ts';
import type { FactSystem } from './system.ts';

/** A disk that is read for facts, one question after the other: one that hangs holds up nobody but itself. */
export interface DiskReader {
  /** Asks a partition, in turn. @param from as it is shown */
  ask<T>(partition: Partition, from: string, timeoutMs: number, signal: AbortSignal, question: (volume: BlockSource) => Promise<T>): Promise<Fact<T>>;
  /** The whole disk, for as long as it takes. */
  whole<T>(from: string, signal: AbortSignal, question: (disk: BlockSource) => Promise<T>): Promise<Fact<T>>;
  close(): Promise<void>;
}

/** Longer than any scan takes; setTimeout knows no more. */
const NO_TIMEOUT = 2 ** 31 - 1;

/** @param quiet settles when reading is welcome */
export function diskReader(disks: Disks, system: FactSystem, disk: Disk, quiet: () => Promise<void>): DiskReader {
  let opened: Promise<BlockSource> | null = null;
  let answers: Promise<Fact<true>> | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let silent: Fact<never> | null = null;

  const open = (): Promise<BlockSource> => (opened ??= disks.open(disk, { write: false, exclusive: false, sectorSize: disk.logicalSectorSize }));

  const inTurn = async <T>(from: string, timeoutMs: number, signal: AbortSignal, question: (source: BlockSource) => Promise<T>): Promise<Fact<T>> => {
    const before = queue;
    let done = (): void => undefined;
    queue = new Promise<void>((resolve) => (done = resolve));
    try {
      await before;
      await quiet();
      throwIfAborted(signal);
      if (silent) return silent;
      const first = await (answers ??= system.answers(disk, signal));
      if (!first.known) return first;
      const fact = await attempt(from, timeoutMs, signal, async () => question(await open()));
      // Whatever it still does, it does alone: no further read waits behind the one that hangs.
      if (!fact.known && fact.reason === 'timed-out') silent = fact;
      return fact;
    } finally {
      done();
    }
  };

  return {
    ask: (partition, from, timeoutMs, signal, question) =>
      inTurn(from, timeoutMs, signal, (source) => question(rangedSource(source, { offset: partition.offset, length: Math.max(0, Math.min(partition.length, source.size - partition.offset)) }))),
    whole: (from, signal, question) => inTurn(from, NO_TIMEOUT, signal, question),
    async close() {
      if (silent) return;
      await (await opened?.catch(() => null))?.close();
    },
  };
}
