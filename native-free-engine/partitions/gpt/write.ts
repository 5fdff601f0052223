import { EngineError } from '../../base/errors.ts';
import { alignUp } from '../../base/safe-int.ts';
import { crc32 } from '../../codecs/checksums.ts';
import type { BlockSink } from '../../io/types.ts';
// A GPT begins with an MBR that keeps old tools off it: the one sibling this folder may use.
import { MBR_TYPE, buildMbr } from '../mbr/index.ts';
import { GPT_REVISION, GPT_SIGNATURE, GptEntry, GptHeader } from './structs.ts';

interface GptPlanPartition {
  /** Bytes, multiples of the sector size. */
  readonly offset: number;
  readonly length: number;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly attributes?: bigint;
}

export interface GptPlan {
  readonly diskGuid: string;
  readonly partitions: readonly GptPlanPartition[];
}

/** The bytes of a whole fresh table and where they go. */
export interface GptImage {
  /** From byte 0: protective MBR, header, entries. */
  readonly start: Uint8Array;
  /** Entries and header that end with the disk. */
  readonly end: Uint8Array;
  readonly endOffset: number;
}

const ENTRY_COUNT = 128;
const ENTRIES_BYTES = ENTRY_COUNT * GptEntry.size;

/**
 * Builds a table of 128 entries for a disk of `size` bytes.
 * @throws EngineError `gpt-invalid` when a partition lies outside the usable sectors or off the sector grid
 */
export function buildGpt(plan: GptPlan, size: number, sectorSize: number): GptImage {
  const lastLba = Math.floor(size / sectorSize) - 1;
  const entrySectors = alignUp(ENTRIES_BYTES, sectorSize) / sectorSize;
  const firstUsableLba = 2 + entrySectors;
  const lastUsableLba = lastLba - 1 - entrySectors;
  if (plan.partitions.length > ENTRY_COUNT || lastUsableLba < firstUsableLba) throw new EngineError('gpt-invalid', { reason: 'entry-count', lba: 1 });

  const entries = new Uint8Array(ENTRIES_BYTES);
  plan.partitions.forEach((partition, index) => {
    const firstLba = partition.offset / sectorSize;
    const lastOfIt = firstLba + partition.length / sectorSize - 1;
    if (!Number.isInteger(firstLba) || !Number.isInteger(lastOfIt) || firstLba < firstUsableLba || lastOfIt > lastUsableLba || lastOfIt < firstLba) {
      throw new EngineError('gpt-invalid', { reason: 'entry-range', entry: index + 1 });
    }
    const { type, id, name, attributes = 0n } = partition;
    GptEntry.write({ type, id, firstLba: BigInt(firstLba), lastLba: BigInt(lastOfIt), attributes, name }, entries, index * GptEntry.size);
  });

  const header = (myLba: number, alternateLba: number, entriesLba: number): Uint8Array => {
    const values = {
      signature: GPT_SIGNATURE,
      revision: GPT_REVISION,
      headerSize: GptHeader.size,
      headerCrc: 0,
      myLba: BigInt(myLba),
      alternateLba: BigInt(alternateLba),
      firstUsableLba: BigInt(firstUsableLba),
      lastUsableLba: BigInt(lastUsableLba),
      diskGuid: plan.diskGuid,
      entriesLba: BigInt(entriesLba),
      entryCount: ENTRY_COUNT,
      entrySize: GptEntry.size,
      entriesCrc: crc32(entries),
    };
    return GptHeader.write({ ...values, headerCrc: crc32(GptHeader.write(values)) });
  };

  const start = new Uint8Array(firstUsableLba * sectorSize);
  const protectedSectors = Math.min(lastLba, 0xffffffff);
  start.set(
    buildMbr(
      { diskSignature: 0, partitions: [{ offset: sectorSize, length: protectedSectors * sectorSize, type: MBR_TYPE.gptProtective }] },
      sectorSize,
    ),
  );
  start.set(header(1, lastLba, 2), sectorSize);
  start.set(entries, 2 * sectorSize);

  const end = new Uint8Array((entrySectors + 1) * sectorSize);
  end.set(entries);
  end.set(header(lastLba, 1, lastLba - entrySectors), entrySectors * sectorSize);
  return { start, end, endOffset: (lastLba - entrySectors) * sectorSize };
}

/** Writes a fresh table, the backup first: a disk unplugged half way never has a primary without its backup. */
export async function writeGpt(sink: BlockSink, plan: GptPlan): Promise<void> {
  const image = buildGpt(plan, sink.size, sink.sectorSize);
  await sink.writeAt(image.endOffset, image.end);
  await sink.flush();
  await sink.writeAt(0, image.start);
  await sink.flush();
}
