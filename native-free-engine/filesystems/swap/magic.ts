import { hasText } from '../../struct/index.ts';
import { SWAP_MAX_PAGE } from './structs.ts';

export interface SwapMagic {
  /** Bytes. */
  readonly pageSize: number;
  /** A sleeping system has put its own signature over that of the swap. */
  readonly hibernated: boolean;
}

const SWAP = 'SWAPSPACE2';
/** The kernel's own hibernation, uswsusp, and TuxOnIce in its two versions (as libblkid knows them). */
const SLEEPING = ['S1SUSPEND', 'S2SUSPEND', 'ULSUSPEND', 'LINHIB0001', '\xed\xc3\x02\xe9\x98\x56\xe5\x0c'];

/** Looks for the signature in the last ten bytes of the first page, which is as long as a page of the computer that made it. */
export function findSwapMagic(head: Uint8Array): SwapMagic | null {
  for (let pageSize = 4096; pageSize <= Math.min(SWAP_MAX_PAGE, head.length); pageSize *= 2) {
    const at = pageSize - SWAP.length;
    if (hasText(head, at, SWAP)) return { pageSize, hibernated: false };
    if (SLEEPING.some((text) => hasText(head, at, text))) return { pageSize, hibernated: true };
  }
  return null;
}
