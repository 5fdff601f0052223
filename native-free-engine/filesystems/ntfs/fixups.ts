import { reject } from './faults.ts';
import { NtfsRecordHeader } from './structs.ts';

/** In bytes, whatever the disk's sectors. */
const STRIDE = 512;

/**
 * Puts back the last two bytes of each 512: on disk they hold a counter that
 * shows whether all sectors of the record were written together.
 * @throws EngineError `struct-invalid` when they were not, or without the magic
 */
export function applyFixups(block: Uint8Array, magic: 'FILE' | 'INDX' | 'RSTR' | 'CHKD'): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (block.length < NtfsRecordHeader.size) throw reject('NtfsRecordHeader', 'size');
  for (let i = 0; i < 4; i++) if (block[i] !== magic.charCodeAt(i)) throw reject('NtfsRecordHeader', 'magic');
  const fixupOffset = view.getUint16(NtfsRecordHeader.fields.fixupOffset.offset, true);
  const fixupCount = view.getUint16(NtfsRecordHeader.fields.fixupCount.offset, true);
  if ((fixupCount - 1) * STRIDE !== block.length || fixupOffset + fixupCount * 2 > block.length) throw reject('NtfsRecordHeader', 'fixupCount');
  for (let i = 1; i < fixupCount; i++) {
    const end = i * STRIDE - 2;
    if (block[end] !== block[fixupOffset] || block[end + 1] !== block[fixupOffset + 1]) throw reject('NtfsRecordHeader', 'fixup');
    block[end] = block[fixupOffset + i * 2] ?? 0;
    block[end + 1] = block[fixupOffset + i * 2 + 1] ?? 0;
  }
}
