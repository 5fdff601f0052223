import { EngineError } from '../../base/errors.ts';
import { ISO_FLAG, ISO_SECTOR, IsoDirectoryRecord } from './structs.ts';

/** One record of a directory. */
export interface IsoRecord {
  /** As it is stored: `README.TXT;1`, or UTF-16 in a Joliet tree; one byte 0 or 1 for the folder itself and its parent. */
  readonly name: Uint8Array;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
  readonly flags: number;
  readonly interleaved: boolean;
  readonly recorded: Date | null;
  /** What follows the name: Rock Ridge keeps its own there. */
  readonly systemUse: Uint8Array;
}

export const isIsoFolder = (record: IsoRecord): boolean => (record.flags & ISO_FLAG.directory) !== 0;

/** True for the records of the folder itself and its parent, which every folder starts with. */
export const isSelfOrParent = (record: IsoRecord): boolean => record.name.length === 1 && (record.name[0] ?? 2) < 2;

/**
 * The records of a directory's bytes, which start at a sector.
 * @throws EngineError `struct-invalid` for a record that does not fit its sector or its own name
 */
export function* isoRecords(data: Uint8Array, blockSize: number): Generator<IsoRecord> {
  let at = 0;
  while (at < data.length) {
    const sectorEnd = Math.min(data.length, (Math.floor(at / ISO_SECTOR) + 1) * ISO_SECTOR);
    const length = data[at] ?? 0;
    if (length === 0) {
      // Records do not cross sectors: the rest of this one is padding.
      at = sectorEnd;
      continue;
    }
    const nameAt = at + IsoDirectoryRecord.size;
    if (nameAt > sectorEnd) throw invalid('length', length, at);
    const record = IsoDirectoryRecord.read(data, at);
    const nameEnd = nameAt + record.nameLength;
    if (at + length > sectorEnd || nameEnd > at + length || record.nameLength === 0) throw invalid('length', length, at);
    yield {
      name: data.subarray(nameAt, nameEnd),
      offset: (record.extent + record.attributeBlocks) * blockSize,
      size: record.size,
      flags: record.flags,
      interleaved: record.unitSize !== 0 || record.gapSize !== 0,
      recorded: recordedDate(record.recorded),
      // A name of even length has a byte of padding.
      systemUse: data.subarray(Math.min(nameEnd + (record.nameLength % 2 === 0 ? 1 : 0), at + length), at + length),
    };
    at += length;
  }
}

function invalid(field: string, value: number, offset: number): EngineError {
  return new EngineError('struct-invalid', { struct: IsoDirectoryRecord.name, field, value }, { place: { struct: IsoDirectoryRecord.name, field, offset } });
}

function recordedDate(field: Uint8Array): Date | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0] = field;
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  const quarters = zone > 127 ? zone - 256 : zone;
  return new Date(Date.UTC(1900 + year, month - 1, day, hour, minute - quarters * 15, second));
}
