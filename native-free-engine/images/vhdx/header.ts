import { toSafeInt } from '../../base/safe-int.ts';
import { crc32c } from '../../codecs/crc32c.ts';
import { checkRange } from '../../io/bounds.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { NIL_GUID } from '../../struct/index.ts';
import { imageCorrupt, imageTruncated, imageUnsupported } from '../faults.ts';
import { MIB, VHDX_FORMAT, VHDX_HEADER_BYTES, VHDX_PLACE, VhdxHeader, VhdxIdentifier } from './structs.ts';

/** What the current header says about the log. */
export interface LogPlace {
  /** Null when nothing has to be replayed. */
  readonly guid: string | null;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  /** The other header is damaged: it may have named a log that this one does not. */
  readonly doubtful: boolean;
}

/** CRC-32C of a structure whose own checksum, at byte 4, counts as zero. */
export function checksumOf(data: Uint8Array): number {
  return crc32c(data.subarray(8), crc32c(new Uint8Array(4), crc32c(data.subarray(0, 4))));
}

/**
 * Reads both headers and takes the newer of the valid ones (section 2.2.2).
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported`
 */
export async function readHeader(file: BlockSource, path: string): Promise<LogPlace> {
  if (file.size < VHDX_PLACE.end) throw imageTruncated(VHDX_FORMAT, path, 'header section');
  const { signature } = VhdxIdentifier.read(await readBytes(file, VHDX_PLACE.identifier, VhdxIdentifier.size));
  if (signature !== 'vhdxfile') throw imageCorrupt(VHDX_FORMAT, path, 'file identifier');
  const raw = await Promise.all(VHDX_PLACE.headers.map((offset) => readBytes(file, offset, VHDX_HEADER_BYTES)));
  const valid = raw.map((bytes) => {
    const header = VhdxHeader.read(bytes);
    return header.signature === 'head' && header.checksum === checksumOf(bytes) ? header : null;
  });
  const [first, second] = valid;
  const current = first && second ? (first.sequenceNumber >= second.sequenceNumber ? first : second) : (first ?? second);
  if (!current) throw imageCorrupt(VHDX_FORMAT, path, 'both headers');
  if (first && second && first.sequenceNumber === second.sequenceNumber && first.logGuid !== second.logGuid) {
    throw imageCorrupt(VHDX_FORMAT, path, 'two headers of one age');
  }
  if (current.version !== 1) throw imageUnsupported(path, `VHDX version ${current.version}`);
  const guid = current.logGuid === NIL_GUID ? null : current.logGuid;
  if (guid !== null && current.logVersion !== 0) throw imageUnsupported(path, `VHDX log version ${current.logVersion}`);
  const offset = toSafeInt(current.logOffset, 'VhdxHeader.logOffset');
  const length = current.logLength;
  if (offset % MIB !== 0 || length % MIB !== 0 || offset < VHDX_PLACE.end) throw imageCorrupt(VHDX_FORMAT, path, 'place of the log');
  if (length > 0) checkRange('VhdxHeader.log', offset, length, file.size);
  const doubtful = !(first && second) && raw.some((bytes, i) => !valid[i] && bytes.some((byte) => byte !== 0));
  return { guid, offset, length, doubtful };
}
