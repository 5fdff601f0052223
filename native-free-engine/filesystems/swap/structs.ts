import { bytes, struct, u32le } from '../../struct/index.ts';

export const SWAP_HEADER_OFFSET = 1024;
/** Bytes. A page's size is the computer's, not the disk's: 4 KiB on PCs, up to 64 KiB on others. */
export const SWAP_MAX_PAGE = 65_536;

/** After 1 KiB left to boot loaders; the magic lies in the last ten bytes of the first memory page. */
export const SwapHeader = struct('SwapHeader', 44, 'Linux include/linux/swap.h, union swap_header', {
  version: u32le(0x00),
  lastPage: u32le(0x04, { unit: 'pages' }),
  badPages: u32le(0x08),
  uuid: bytes(0x0c, 16),
  label: bytes(0x1c, 16),
});
