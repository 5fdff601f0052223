import { EngineError } from '../../base/errors.ts';
import type { BlockSource } from '../../io/types.ts';
import { ENTRY_BYTES, layOut, overheadOf } from './layout.ts';
import type { ListedStream } from './lookup-table.ts';
import type { Wim } from './open.ts';
import { WIM_FLAG } from './structs.ts';
import type { Stream } from './types.ts';

/** A part of a split WIM, before it is written. */
export interface SplitPart {
  /** From 1. */
  readonly number: number;
  /** The bytes of the part, `size` of them exactly, read from the WIM as they are asked for. Closing it leaves the WIM open. */
  readonly source: BlockSource;
}

/**
 * What the parts of `wim` (`install.swm`, `install2.swm`, ...) will hold: nothing is unpacked or packed, resources move as
 * they are, so that each part can be read, and read again, without having been stored anywhere. Part 1 holds the metadata of
 * all images; the others come in the order of the file. One part alone is a WIM that is not split. The same WIM gives the same bytes every time.
 * @param maxPartBytes what a part may have at most, everything included
 * @throws EngineError `wim-solid`; `wim-part-too-small` when one file's data alone is larger than a part: it cannot be divided
 */
export function planSplit(wim: Wim, maxPartBytes: number): SplitPart[] {
  if (wim.solid) throw new EngineError('wim-solid', { path: wim.path });
  const overhead = overheadOf(wim.xmlData);
  const room = maxPartBytes - overhead;
  const tooSmall = (bytes: number): EngineError => new EngineError('wim-part-too-small', { path: wim.path, bytes: bytes + overhead, part: maxPartBytes });
  const first = groupOf(wim.table.metadata);
  if (first.bytes > room) throw tooSmall(first.bytes);
  const groups = [first];
  let current = groups[0]!;
  for (const stream of inFileOrder(wim)) {
    const bytes = stream.resource.storedSize + ENTRY_BYTES;
    if (bytes > room) throw tooSmall(bytes);
    if (current.bytes + bytes > room) groups.push((current = { streams: [], bytes: 0 }));
    current.streams.push(stream);
    current.bytes += bytes;
  }
  const { header } = wim;
  const flags = groups.length > 1 ? header.flags | WIM_FLAG.spanned : header.flags & ~WIM_FLAG.spanned;
  const sources = wim.files.map(({ source }) => source);
  return groups.map(({ streams }, i) => {
    const boots = i === 0 && header.bootIndex > 0;
    const part = { ...header, flags, partNumber: i + 1, partCount: groups.length, bootIndex: i === 0 ? header.bootIndex : 0 };
    return { number: i + 1, source: layOut({ header: part, xmlData: wim.xmlData, streams, bootStream: boots ? header.bootIndex - 1 : null }, sources) };
  });
}

/** All streams of a WIM where they are quickest to read: one after the other. */
export function inFileOrder(wim: Wim): Stream[] {
  return [...wim.table.streams.values()].sort(compareInFile);
}

export const compareInFile = (a: Stream, b: Stream): number =>
  a.resource.part - b.resource.part || a.resource.offset - b.resource.offset || a.offset - b.offset;

interface Group {
  readonly streams: ListedStream[];
  bytes: number;
}

const groupOf = (metadata: readonly Stream[]): Group => ({ streams: [...metadata], bytes: metadata.reduce((sum, { resource }) => sum + resource.storedSize + ENTRY_BYTES, 0) });
