import { formatUuid, hasText, utf8Text } from '../../struct/index.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { SWAP_HEADER_OFFSET, SwapHeader } from './structs.ts';

/** A page's size is the computer's, not the disk's: 4 KiB on PCs, up to 64 KiB on others. */
const PAGE_SIZES = [4096, 8192, 16384, 32768, 65536];

export function recogniseSwap({ head }: Volume): FileSystemFacts | null {
  const found = PAGE_SIZES.some((page) => hasText(head, page - 10, 'SWAPSPACE2'));
  if (!found) return null;
  const header = SwapHeader.read(head, SWAP_HEADER_OFFSET);
  return facts('swap', { label: utf8Text(header.label), uuid: formatUuid(header.uuid) });
}
