import { EngineError } from '../../base/errors.ts';
import type { Extent } from '../../base/extent.ts';
import { alignDown } from '../../base/safe-int.ts';
import { maximumFat32 } from '../../filesystems/fat/plan.ts';
import { fatTreeVolume, type FatTreeVolume } from '../../filesystems/fat/tree-volume.ts';
import type { BlockMap, ImageSource } from '../../images/types.ts';
import { checkRange } from '../../io/bounds.ts';
import type { FileTree } from '../../io/file-tree.ts';
import { streamRange } from '../../io/stream-range.ts';
import type { BlockSource } from '../../io/types.ts';
import { buildGpt } from '../../partitions/gpt/index.ts';
import { buildMbr, MBR_TYPE } from '../../partitions/mbr/index.ts';
import { randomGuid } from '../../struct/index.ts';
import type { FilePlace } from '../file-hashes.ts';
import { FAT32_BOOTMGR_CODE } from '../boot-code/fat32-bootmgr.ts';
import { MBR_BOOT_CODE } from '../boot-code/mbr.ts';

/** What starts the stick: a PC with UEFI, one with a BIOS, or either. */
export type StickFirmware = 'uefi' | 'bios' | 'both';

export interface FatStickRequest {
  /** The disk it is for. */
  readonly disk: { readonly name: string; readonly size: number; readonly sectorSize: number };
  readonly tree: FileTree;
  readonly firmware: StickFirmware;
  readonly label: string;
}

/** A stick with one FAT32 partition that holds a tree, as an image to write. Nothing is kept on disk: its bytes are worked out as they are read. */
export interface FatStick {
  readonly table: 'gpt' | 'mbr';
  readonly partition: Extent;
  readonly clusterSize: number;
  /** Bytes to write in all. */
  readonly writes: number;
  /** Bytes of the partition that stay free. */
  readonly free: number;
  readonly image: ImageSource;
  /** What of the disk is written; the rest stays as it is, out of reach of the new tables. */
  readonly map: BlockMap;
  /** The file or folder of the tree that lies at this byte of the disk, or null. */
  pathAt(offset: number): string | null;
  /** Every file of the tree in the order in which its bytes lie on the disk. */
  files(): Iterable<FilePlace>;
}

const MIB = 1024 * 1024;
const BASIC_DATA = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';
const BIOS_SECTOR = 512;

/**
 * Plans a stick to the last byte.
 *
 * `uefi` has a GPT; its protective MBR starts nothing. `bios` and `both` have an MBR with one active partition of type 0x0C and
 * boot code that starts `bootmgr`; a PC with UEFI looks for `efi/boot` on it as well.
 * @throws EngineError `media-bios-sector-size`, `media-too-small`, `disk-too-small`, and what `fatTreeVolume` throws; nothing was read or written
 */
export function planFatStick(request: FatStickRequest): FatStick {
  const { disk, tree, firmware, label } = request;
  const { size, sectorSize } = disk;
  const table = firmware === 'uefi' ? 'gpt' : 'mbr';
  // A BIOS reads sectors of 512 bytes and no others.
  if (table === 'mbr' && sectorSize !== BIOS_SECTOR) throw new EngineError('media-bios-sector-size', { disk: disk.name, sectorSize });
  // The backup of a GPT needs the end.
  const end = alignDown(Math.min(table === 'gpt' ? size - MIB : size, MIB + maximumFat32(sectorSize)), MIB);
  const partition = { offset: MIB, length: Math.max(0, end - MIB) };
  const [volumeId = 1, diskSignature = 1] = crypto.getRandomValues(new Uint32Array(2));
  const volume = namingDisk(disk.name, () => fatTreeVolume(tree, partition, sectorSize, {
    label, volumeId, now: new Date(), bootCode: table === 'mbr' ? FAT32_BOOTMGR_CODE : undefined,
  }));
  const front = new Uint8Array(MIB);
  const pieces: Piece[] = [{ offset: 0, source: front }, { offset: MIB, source: volume }];
  const mapped: Extent[] = [{ offset: 0, length: MIB + volume.usedBytes }];
  if (table === 'mbr') {
    front.set(buildMbr({ diskSignature, partitions: [{ ...partition, type: MBR_TYPE.fat32Lba, active: true }], bootCode: MBR_BOOT_CODE }, sectorSize));
  } else {
    const partitions = [{ ...partition, type: BASIC_DATA, id: randomGuid(), name: 'Basic data partition' }];
    const gpt = buildGpt({ diskGuid: randomGuid(), partitions }, size, sectorSize);
    front.set(gpt.start);
    pieces.push({ offset: gpt.endOffset, source: gpt.end });
    mapped.push({ offset: gpt.endOffset, length: gpt.end.length });
  }
  const block = new StickSource(size, sectorSize, pieces);
  return {
    table,
    partition,
    clusterSize: volume.plan.sectorsPerCluster * sectorSize,
    writes: mapped.reduce((sum, { length }) => sum + length, 0),
    free: partition.length - volume.usedBytes,
    image: imageOf(tree.label, front, block),
    map: { imageSize: size, blockSize: sectorSize, mapped, ranges: [], checksumType: null },
    pathAt: (offset) => (offset < MIB ? null : volume.pathAt(offset - MIB)),
    *files() {
      for (const { path, offset, length } of volume.files()) yield { path, offset: MIB + offset, length };
    },
  };
}

function namingDisk(name: string, plan: () => FatTreeVolume): FatTreeVolume {
  try {
    return plan();
  } catch (error) {
    if (error instanceof EngineError && (error.code === 'media-too-small' || error.code === 'disk-too-small')) {
      throw new EngineError(error.code, { ...error.params, disk: name });
    }
    throw error;
  }
}

function imageOf(name: string, head: Uint8Array, block: BlockSource): ImageSource {
  return {
    name, location: name, chain: [], size: block.size, storedSize: null, head, block,
    openStream: (offset) => Promise.resolve(streamRange(block, offset, block.size)),
    close: () => block.close(),
  };
}

interface Piece {
  readonly offset: number;
  readonly source: Uint8Array | BlockSource;
}

/** A disk put together from pieces; zeros between them. */
class StickSource implements BlockSource {
  readonly size: number;
  readonly sectorSize: number;
  readonly #pieces: readonly Piece[];

  constructor(size: number, sectorSize: number, pieces: readonly Piece[]) {
    this.size = size;
    this.sectorSize = sectorSize;
    this.#pieces = pieces;
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange('stick', offset, buffer.length, this.size);
    let at = offset;
    const end = offset + buffer.length;
    while (at < end) {
      const next = this.#pieces.find((piece) => piece.offset > at)?.offset ?? this.size;
      const piece = this.#pieces.findLast((candidate) => candidate.offset <= at);
      const target = buffer.subarray(at - offset, Math.min(end, next) - offset);
      await readPiece(piece, at, target);
      at += target.length;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#pieces.flatMap(({ source }) => (source instanceof Uint8Array ? [] : [source.close()])));
  }
}

async function readPiece(piece: Piece | undefined, at: number, target: Uint8Array): Promise<void> {
  const from = at - (piece?.offset ?? 0);
  const size = piece ? (piece.source instanceof Uint8Array ? piece.source.length : piece.source.size) : 0;
  const length = Math.max(0, Math.min(target.length, size - from));
  const held = target.subarray(0, length);
  if (piece && length > 0) {
    if (piece.source instanceof Uint8Array) held.set(piece.source.subarray(from, from + length));
    else await piece.source.readInto(from, held);
  }
  target.fill(0, length);
}
