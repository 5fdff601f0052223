import { EngineError } from '../../base/errors.ts';
import type { ExtentSet } from '../../base/extent.ts';
import { bunzip2 } from '../../codecs/bzip2.ts';
import { gunzip } from '../../codecs/gzip.ts';
import { unlz4 } from '../../codecs/lz4.ts';
import { unxz } from '../../codecs/xz/xz.ts';
import { unzstd } from '../../codecs/zstd.ts';
import { readHead, skipBytes } from '../../io/stream-range.ts';
import type { ByteStream } from '../../io/types.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import { PARTCLONE_MAGIC, openPartcloneStream } from '../partclone/index.ts';
import type { ImageFolder } from './node-folder.ts';
import { CLONEZILLA_FORMAT } from './structs.ts';
import type { DumpedPartition } from './tables.ts';

/** What a partition holds, as it comes out of its files: read in ascending order. */
export interface VolumeStream {
  /** Bytes. */
  readonly size: number;
  /** Blocks in its map: see the memory that they take. */
  readonly blocks: number;
  usedExtents(): Promise<ExtentSet>;
  readInto(offset: number, buffer: Uint8Array): Promise<void>;
  release(): Promise<void>;
}

const PACKINGS: Readonly<Record<string, (stream: ByteStream) => ByteStream>> = {
  '': (stream) => stream,
  uncomp: (stream) => stream,
  gz: gunzip,
  bz2: bunzip2,
  xz: unxz,
  zst: unzstd,
  lz4: unlz4,
};

interface Stored {
  /** `ptcl`, `dd`, `dd-ptcl`: how the partition was read. */
  readonly kind: string;
  readonly packing: string;
  /** In order. */
  readonly pieces: readonly string[];
}

/** Finds `sda1.ntfs-ptcl-img.gz.aa`, `.ab` and so on, or the same in one piece. */
function findStored(folder: ImageFolder, partition: string): Stored {
  const missing = (part: string): EngineError => new EngineError('image-part-missing', { path: folder.path, part });
  const groups = new Map<string, { kind: string; packing: string; suffixes: string[] }>();
  for (const name of folder.names) {
    if (!name.startsWith(`${partition}.`)) continue;
    const match = /^(?:([\w+-]*?)-)?(ptcl-img|img)(?:\.(gz|bz2|xz|zst|lz4|lzo|lzma|lrz|lz|uncomp))?(?:\.([a-z]{2,3}))?$/.exec(name.slice(partition.length + 1));
    const [, fs = '', program = '', packing = '', suffix = ''] = match ?? [];
    if (!match) continue;
    const kind = program === 'ptcl-img' ? (fs === 'dd' ? 'dd-ptcl' : 'ptcl') : fs;
    const stem = suffix ? name.slice(0, -suffix.length - 1) : name;
    const group = groups.get(stem) ?? { kind, packing, suffixes: [] };
    group.suffixes.push(suffix);
    groups.set(stem, group);
  }
  const [found, other] = [...groups];
  if (!found) throw missing(`${partition}.*-ptcl-img`);
  if (other) throw imageCorrupt(CLONEZILLA_FORMAT, folder.path, `two images of ${partition}`);
  const [stem, { kind, packing, suffixes }] = found;
  if (suffixes.length === 1 && suffixes[0] === '') return { kind, packing, pieces: [stem] };
  suffixes.sort();
  // .aa, .ab, ...: a gap is a lost piece; a lost last one is found when the stream ends too early.
  suffixes.forEach((suffix, i) => {
    const expected = pieceSuffix(i, suffix.length);
    if (suffix !== expected) throw missing(`${stem}.${expected}`);
  });
  return { kind, packing, pieces: suffixes.map((suffix) => `${stem}.${suffix}`) };
}

function pieceSuffix(index: number, length: number): string {
  let suffix = '';
  for (let rest = index, i = 0; i < length; i++, rest = Math.floor(rest / 26)) suffix = String.fromCharCode(97 + (rest % 26)) + suffix;
  return suffix;
}

/**
 * @param maxBlocks memory that is left for its map, in blocks
 * @throws EngineError `image-part-missing`, `image-feature-unsupported`, `image-corrupt`, `image-truncated`; whatever unpacking throws
 */
export async function openVolume(folder: ImageFolder, partition: DumpedPartition, maxBlocks: number): Promise<VolumeStream> {
  const { kind, packing, pieces } = findStored(folder, partition.name);
  if (!['ptcl', 'dd', 'dd-ptcl'].includes(kind)) throw imageUnsupported(folder.path, `${kind || 'partimage'} (not partclone or dd)`);
  const unpack = PACKINGS[packing];
  folder.belong(pieces);
  if (!unpack) throw imageUnsupported(folder.path, `.${packing}`);
  const open = (): Promise<ByteStream> => Promise.resolve(unpack(folder.pieces(pieces)));
  const stream = await open();
  let head: Uint8Array;
  try {
    head = await readHead(stream, PARTCLONE_MAGIC.length);
  } finally {
    await stream.close();
  }
  const isPartclone = String.fromCharCode(...head) === PARTCLONE_MAGIC;
  if (!isPartclone && kind === 'ptcl') throw imageCorrupt(CLONEZILLA_FORMAT, folder.path, pieces[0] ?? '');
  if (!isPartclone) return rawStream(open, partition.length, `${folder.path}/${pieces[0]}`);
  const volume = await openPartcloneStream(open, `${folder.path}/${pieces[0]}`, { maxBlocks });
  if (volume.size > partition.length) throw imageCorrupt(CLONEZILLA_FORMAT, folder.path, `${partition.name} is larger than its partition`);
  return volume;
}

/** All bytes of a partition, as dd read them. */
function rawStream(open: () => Promise<ByteStream>, size: number, path: string): VolumeStream {
  let stream: ByteStream | null = null;
  let position = 0;
  const release = async (): Promise<void> => {
    const opened = stream;
    stream = null;
    position = 0;
    await opened?.close();
  };
  return {
    size,
    blocks: 0,
    usedExtents: () => Promise.resolve([{ offset: 0, length: size }]),
    release,
    async readInto(offset, buffer) {
      if (offset < position) await release();
      stream ??= await open();
      const there = await skipBytes(stream, offset - position);
      position = offset;
      const got = there ? await stream.read(buffer) : 0;
      position += got;
      if (got < buffer.length) throw imageTruncated(CLONEZILLA_FORMAT, path, 'partition');
      if (position === size && (await stream.read(new Uint8Array(1))) > 0) throw imageCorrupt(CLONEZILLA_FORMAT, path, 'data behind the partition');
    },
  };
}
