import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { XfsLogOperation, XfsLogRecord } from './structs.ts';
import { invalid, type XfsVolume } from './volume.ts';

const SECTOR = 512;
const RECORD_MAGIC = 0xfeedbabe;
const UNMOUNT = 0x20;
/** Of a record's data that one sector of its header describes. */
const DATA_PER_HEADER = 32768;
/** The longest record, 256 KiB, and its header. */
const LONGEST_RECORD = 512 + 8;

export interface LogState {
  /** The last thing written to the log says that everything in it is in place. */
  readonly clean: boolean;
  /** Header of the last record: changes with every mount for writing. Empty when nothing was ever logged. */
  readonly last: Uint8Array;
}

/**
 * Finds the end of the log and says whether the record before it is that of an unmount.
 * Whatever is not plainly so counts as not clean. Reads less than 300 KiB.
 *
 * The log is written round and round; the first word of each sector is the number of the round ("cycle"),
 * one higher before the end of the log than after it.
 */
export async function readLogState(source: BlockSource, volume: XfsVolume): Promise<LogState> {
  const sectors = Math.floor(volume.log.length / SECTOR);
  const read = (sector: number, count: number): Promise<Uint8Array> => readBytes(source, volume.log.offset + sector * SECTOR, count * SECTOR);
  const cycleAt = async (sector: number): Promise<number> => {
    const [word, next] = words(await read(sector, 1));
    return word === RECORD_MAGIC ? next : word;
  };

  const first = await cycleAt(0);
  const last = await cycleAt(sectors - 1);
  if (first === 0 && last === 0) return { clean: true, last: new Uint8Array() };
  if (first !== last && last !== 0 && first !== last + 1) throw invalid('log-cycles');
  let end = sectors;
  if (first !== last) {
    let before = 0;
    end = sectors - 1;
    while (end - before > 1) {
      const middle = Math.floor((before + end) / 2);
      if ((await cycleAt(middle)) === last) end = middle;
      else before = middle;
    }
  }

  // The sectors up to the end, continued at the back of the log where it begins.
  const depth = Math.min(sectors, LONGEST_RECORD);
  const wrapped = Math.max(0, depth - end);
  const window = new Uint8Array(depth * SECTOR);
  if (wrapped > 0) window.set(await read(sectors - wrapped, wrapped));
  window.set(await read(Math.max(0, end - depth), depth - wrapped), wrapped * SECTOR);
  for (let i = depth - 1; i >= 0; i--) {
    const at = i * SECTOR;
    if (words(window.subarray(at))[0] !== RECORD_MAGIC) continue;
    const sector = (end - depth + i + sectors) % sectors;
    return { clean: isUnmount(window, at, sector), last: window.slice(at, at + SECTOR) };
  }
  return { clean: false, last: window.slice(-SECTOR) };
}

/** True when the record at `at` ends with `window` and holds nothing but an unmount. */
function isUnmount(window: Uint8Array, at: number, sector: number): boolean {
  const record = XfsLogRecord.read(window, at);
  const headers = record.version & 2 ? Math.max(1, Math.ceil(record.bufferSize / DATA_PER_HEADER)) : 1;
  const data = at + headers * SECTOR;
  if (Number(record.lsn & 0xffffffffn) !== sector || record.operations !== 1) return false;
  if (data + Math.ceil(record.length / SECTOR) * SECTOR !== window.length || data + XfsLogOperation.size > window.length) return false;
  return (XfsLogOperation.read(window, data).flags & UNMOUNT) !== 0;
}

function words(data: Uint8Array): readonly [number, number] {
  const view = new DataView(data.buffer, data.byteOffset, 8);
  return [view.getUint32(0), view.getUint32(4)];
}
