import { createHash } from 'node:crypto';
import { alignedBuffer, type BlockSource } from '../../native-free-engine/index.ts';

/** Both ends of a disk: the partition table and boot code in front, the GPT's copy at the end. */
const END_BYTES = 1024 * 1024;

/** SHA-256 of the first and the last 1 MiB of a disk, which changes whenever its table does. Lower-case hexadecimal. */
export async function tableHash(source: BlockSource): Promise<string> {
  const length = Math.min(END_BYTES, source.size);
  const buffer = alignedBuffer(length);
  const hash = createHash('sha256');
  for (const offset of [0, source.size - length]) {
    await source.readInto(offset, buffer);
    hash.update(buffer);
  }
  return hash.digest('hex');
}
