import { formatUuid, utf8Text } from '../../struct/index.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { findSwapMagic } from './magic.ts';
import { SWAP_HEADER_OFFSET, SwapHeader } from './structs.ts';

/** Swap, also one that a system sleeps in: its header stays as it was. */
export function recogniseSwap({ head }: Volume): FileSystemFacts | null {
  if (!findSwapMagic(head)) return null;
  const header = SwapHeader.read(head, SWAP_HEADER_OFFSET);
  return facts('swap', { label: utf8Text(header.label), uuid: formatUuid(header.uuid) });
}
