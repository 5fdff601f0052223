import { hasText } from '../../struct/index.ts';
import { isDamage, reject } from './faults.ts';
import { applyFixups } from './fixups.ts';
import type { NtfsStream } from './stream.ts';
import { NtfsRestartArea, NtfsRestartPage } from './structs.ts';

const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 64 * 1024;
const NO_CLIENT = 0xffff;
const VOLUME_IS_CLEAN = 2;

interface Restart {
  readonly lsn: bigint;
  readonly clean: boolean;
}

/**
 * Whether everything in the log has reached its place: the volume was dismounted cleanly, or the log was
 * emptied. Says no as well when the log makes no sense.
 * @throws EngineError when its start cannot be read
 */
export async function isLogClean(log: NtfsStream): Promise<boolean> {
  const head = await log.read(0, Math.min(log.size, 2 * LARGEST_PAGE));
  let newest: Restart | null = null;
  let empty = true;
  // The second page stands one page behind the first, whose size tells only a page that is sound.
  for (let at = 0; at + SMALLEST_PAGE <= head.length && at <= LARGEST_PAGE; at = at === 0 ? SMALLEST_PAGE : at * 2) {
    if (head.subarray(at, at + SMALLEST_PAGE).some((byte) => byte !== 0xff)) empty = false;
    const found = readRestart(head, at);
    if (found && (!newest || found.lsn > newest.lsn)) newest = found;
  }
  return newest ? newest.clean : empty;
}

function readRestart(head: Uint8Array, at: number): Restart | null {
  const byChkdsk = hasText(head, at, 'CHKD');
  if (!byChkdsk && !hasText(head, at, 'RSTR')) return null;
  try {
    const page = NtfsRestartPage.read(head, at);
    const size = page.systemPageSize;
    if ((at !== 0 && at !== size) || at + size > head.length) return null;
    const content = head.slice(at, at + size);
    if (!byChkdsk || page.fixupCount > 0) applyFixups(content, byChkdsk ? 'CHKD' : 'RSTR');
    if (page.restartAreaOffset < NtfsRestartPage.size || page.restartAreaOffset % 8 !== 0) throw reject('NtfsRestartPage', 'restartAreaOffset');
    const area = NtfsRestartArea.read(content, page.restartAreaOffset);
    return {
      lsn: byChkdsk ? page.chkdskLsn : area.currentLsn,
      clean: area.firstClientInUse === NO_CLIENT || (area.flags & VOLUME_IS_CLEAN) !== 0,
    };
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
