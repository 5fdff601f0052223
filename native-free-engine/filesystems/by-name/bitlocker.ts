import { EngineError } from '../../base/errors.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { hasText } from '../../struct/index.ts';
import { BitlockerEntry, BitlockerHeader, BitlockerKey, BitlockerMetadata, BITLOCKER } from './bitlocker-structs.ts';

/** How far a volume is encrypted, told by its own metadata without any key. */
export interface BitlockerState {
  readonly state: 'encrypted' | 'encrypting' | 'decrypting' | 'paused' | 'off';
  /** Percent that is encrypted, null where the volume does not say. */
  readonly percent: number | null;
  /** A key that needs no secret stands beside it: protection is suspended. */
  readonly suspended: boolean;
}

/** What metadata takes at most; bytes. */
const MAX_METADATA = 64 * 1024;
const MAX_ENTRIES = 256;

/**
 * Reads the state of a BitLocker volume (Windows 7 and later) from the first of its three metadata blocks that makes sense.
 * @throws EngineError `struct-invalid`, `struct-out-of-bounds`, `number-unsafe`; errors of reading as they come
 */
export async function readBitlocker(volume: BlockSource): Promise<BitlockerState> {
  const header = BitlockerHeader.read(await readBytes(volume, 0, BitlockerHeader.size));
  if (header.signature !== BITLOCKER.signature) throw invalid('BitlockerHeader', 'signature');
  let first: unknown = invalid('BitlockerHeader', 'metadata1');
  for (const name of ['metadata1', 'metadata2', 'metadata3'] as const) {
    try {
      return await readMetadata(volume, toSafeInt(header[name], `BitlockerHeader.${name}`));
    } catch (error) {
      if (name === 'metadata1') first = error;
    }
  }
  throw first;
}

async function readMetadata(volume: BlockSource, offset: number): Promise<BitlockerState> {
  const head = await readBytes(volume, offset, BitlockerMetadata.size);
  if (!hasText(head, 0, BITLOCKER.signature)) throw invalid('BitlockerMetadata', 'signature');
  const metadata = BitlockerMetadata.read(head);
  const length = Math.min(metadata.metadataSize, MAX_METADATA) + BITLOCKER.blockHeader;
  const block = await readBytes(volume, offset, Math.max(BitlockerMetadata.size, Math.min(length, volume.size - offset)));
  const { state, nextState } = metadata;
  const done = toSafeInt(metadata.encryptedSize, 'BitlockerMetadata.encryptedSize');
  return { state: stateOf(state, nextState), percent: volume.size > 0 ? Math.min(100, Math.floor((done / volume.size) * 100)) : null, suspended: hasClearKey(block, metadata) };
}

function stateOf(state: number, next: number): BitlockerState['state'] {
  if (state === BITLOCKER.decrypted && next === BITLOCKER.decrypted) return 'off';
  if (state === BITLOCKER.paused) return 'paused';
  if (state === BITLOCKER.encrypted && next === BITLOCKER.encrypted) return 'encrypted';
  return next === BITLOCKER.decrypted ? 'decrypting' : 'encrypting';
}

function hasClearKey(block: Uint8Array, { metadataHeaderSize, metadataSize }: { metadataHeaderSize: number; metadataSize: number }): boolean {
  const end = Math.min(block.length, BITLOCKER.blockHeader + metadataSize);
  let at = BITLOCKER.blockHeader + metadataHeaderSize;
  for (let count = 0; count < MAX_ENTRIES && at + BitlockerEntry.size <= end; count++) {
    const entry = BitlockerEntry.read(block, at);
    if (entry.size < BitlockerEntry.size || at + entry.size > end) return false;
    if (entry.type === BITLOCKER.keyEntry && entry.size >= BitlockerEntry.size + BitlockerKey.size && BitlockerKey.read(block, at + BitlockerEntry.size).protection === BITLOCKER.clearKey) return true;
    at += entry.size;
  }
  return false;
}

const invalid = (structName: string, field: string): EngineError => new EngineError('struct-invalid', { struct: structName, field }, { place: { struct: structName, field } });
