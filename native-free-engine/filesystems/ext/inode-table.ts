import { throwIfAborted } from '../../base/abort.ts';
import { readBytes } from '../../io/read-bytes.ts';
import { optional } from '../optional.ts';
import type { ExtVolume, Inode } from './inode.ts';
import { EXT_INODE_FLAG, ExtInode } from './structs.ts';

/** Bytes of an inode table read at once. */
const PIECE = 256 * 1024;

/** All inodes of a block group that were ever used; those on bad sectors are missing. */
export async function* inodesOfGroup(volume: ExtVolume, group: number, signal: AbortSignal | undefined): AsyncGenerator<{ number: number; inode: Inode }> {
  const { geometry, groups } = volume;
  const { blockSize, inodeSize, inodesPerGroup } = geometry;
  const length = Math.ceil((groups.inodes[group]! * inodeSize) / blockSize) * blockSize;
  for (let done = 0; done < length; done += PIECE) {
    throwIfAborted(signal);
    const piece = await readTolerantly(volume, groups.inodeTable[group]! * blockSize + done, Math.min(PIECE, length - done));
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    const first = done / inodeSize;
    for (let at = 0; at + inodeSize <= piece.length && first + at / inodeSize < inodesPerGroup; at += inodeSize) {
      // Mostly empty: not worth decoding.
      if (view.getUint16(at, true) === 0 && view.getUint32(at + ExtInode.fields.block.offset, true) === 0) continue;
      const inode = ExtInode.read(piece, at);
      if (inode.flags & EXT_INODE_FLAG.attributeInode && inode.links === 0) continue;
      yield { number: group * inodesPerGroup + first + at / inodeSize + 1, inode };
    }
  }
}

/** Like `readBytes`, with zeros for the blocks that cannot be read. */
async function readTolerantly({ source, geometry }: ExtVolume, offset: number, length: number): Promise<Uint8Array> {
  const whole = await optional(() => readBytes(source, offset, length), null);
  if (whole) return whole;
  const piece = new Uint8Array(length);
  for (let at = 0; at < length; at += geometry.blockSize) {
    const block = await optional(() => readBytes(source, offset + at, geometry.blockSize), null);
    if (block) piece.set(block, at);
  }
  return piece;
}
