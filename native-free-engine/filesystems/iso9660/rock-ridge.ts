import { EngineError } from '../../base/errors.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import type { IsoRecord } from './records.ts';
import { ISO_SECTOR } from './structs.ts';

/** What Rock Ridge says about a file besides its record (IEEE P1282; entries as in SUSP, IEEE P1281). */
export interface RockRidge {
  /** Null: the record's own name counts. */
  readonly name: string | null;
  /** Where a symbolic link leads. */
  readonly link: string | null;
  /** For a folder that was moved up: in its old place, where it lies now (in blocks). */
  readonly childBlock: number | null;
  /** For a folder that was moved up: here it lies, and does not belong. */
  readonly relocated: boolean;
  /** POSIX mode; null when it is not said. */
  readonly mode: number | null;
  /** Packed by zisofs: what lies there is not what the file holds. */
  readonly packed: boolean;
}

/** Continuations of one record, and bytes of them all: a name of 255 bytes and a link of 4096 take much less. */
const MAX_CONTINUATIONS = 32;
const MAX_CONTINUATION_BYTES = 64 * 1024;
const MAX_NAME = 1024;

/**
 * Bytes to skip in every system use area, or null when the disc has no Rock Ridge.
 * @param root the root folder's record of itself
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`
 */
export async function rockRidgeSkip(source: BlockSource, root: IsoRecord, blockSize: number): Promise<number | null> {
  // CD-ROM XA has 14 bytes of its own in front.
  for (const at of [0, 14]) {
    const area = root.systemUse.subarray(at);
    if (!hasText(area, 0, 'SP') || area[4] !== 0xbe || area[5] !== 0xef) continue;
    for await (const entry of suspEntries(source, area, blockSize)) {
      if (entry.signature === 'PX' || entry.signature === 'RR') return area[6] ?? 0;
    }
  }
  return null;
}

/** @param skip as {@link rockRidgeSkip} says @throws EngineError `struct-invalid`, `struct-out-of-bounds` */
export async function readRockRidge(source: BlockSource, record: IsoRecord, skip: number, blockSize: number): Promise<RockRidge> {
  let name: string | null = null;
  const link = new LinkTarget();
  let childBlock: number | null = null;
  let mode: number | null = null;
  let relocated = false;
  let packed = false;
  const nameParts: Uint8Array[] = [];
  for await (const { signature, data } of suspEntries(source, record.systemUse.subarray(skip), blockSize)) {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (signature === 'NM' && data.length >= 1) {
      // Bits 1 and 2 mean the folder itself and its parent: such a name is refused where names are checked.
      const flags = data[0] ?? 0;
      if (flags & 6) name = flags & 2 ? '.' : '..';
      else nameParts.push(data.subarray(1));
    } else if (signature === 'SL' && data.length >= 1) link.add(data.subarray(1));
    else if (signature === 'CL' && data.length >= 4) childBlock = view.getUint32(0, true);
    else if (signature === 'RE') relocated = true;
    else if (signature === 'PX' && data.length >= 4) mode = view.getUint32(0, true);
    else if (signature === 'ZF') packed = true;
  }
  if (nameParts.length > 0) name = joined(nameParts);
  return { name, link: link.text, childBlock, relocated, mode, packed };
}

function joined(parts: readonly Uint8Array[]): string {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > MAX_NAME) throw new EngineError('struct-invalid', { struct: 'RockRidgeName', field: 'length', value: length });
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return textOf(all);
}

/** Nothing says which encoding a name has. What is no UTF-8 is of the years before it: as Latin-1 no two names become one. */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1', { ignoreBOM: true });

/** Puts together where a symbolic link leads, component by component. */
class LinkTarget {
  text: string | null = null;
  #open = false;

  add(components: Uint8Array): void {
    let text = this.text ?? '';
    for (let at = 0; at + 2 <= components.length; ) {
      const flags = components[at] ?? 0;
      const length = components[at + 1] ?? 0;
      const content = flags & 2 ? '.' : flags & 4 ? '..' : flags & 8 ? '/' : textOf(components.subarray(at + 2, at + 2 + length));
      text += (text === '' || text.endsWith('/') || this.#open ? '' : '/') + content;
      // A component may go on in the next one.
      this.#open = (flags & 1) !== 0;
      at += 2 + length;
    }
    this.text = text;
  }
}

interface SuspEntry {
  readonly signature: string;
  readonly data: Uint8Array;
}

/** The entries of a system use area and of where it goes on (CE). */
async function* suspEntries(source: BlockSource, first: Uint8Array, blockSize: number): AsyncGenerator<SuspEntry> {
  let area: Uint8Array | null = first;
  let bytes = 0;
  for (let count = 0; area; count++) {
    let next: { offset: number; length: number } | null = null;
    for (let at: number = 0; at + 4 <= area.length; ) {
      const length: number = area[at + 2] ?? 0;
      if (length < 4 || at + length > area.length) break;
      const signature = String.fromCharCode(area[at] ?? 0, area[at + 1] ?? 0);
      const data: Uint8Array = area.subarray(at + 4, at + length);
      if (signature === 'ST') break;
      if (signature === 'CE' && data.length >= 24) {
        const view = new DataView(data.buffer, data.byteOffset, data.length);
        next = { offset: view.getUint32(0, true) * blockSize + view.getUint32(8, true), length: view.getUint32(16, true) };
      } else yield { signature, data };
      at += length;
    }
    if (!next) return;
    bytes += next.length;
    if (count >= MAX_CONTINUATIONS || bytes > MAX_CONTINUATION_BYTES || next.length > 16 * ISO_SECTOR) {
      throw new EngineError('struct-invalid', { struct: 'SuspContinuation', field: 'length', value: next.length });
    }
    area = await readBytes(source, next.offset, next.length);
  }
}
