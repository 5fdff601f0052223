import { stat } from 'node:fs/promises';
import { EngineError, errnoOf, planRepacks, repackInstall, type Repack, type RepackPacking, type Wim, type WindowsMedia } from '../../native-free-engine/index.ts';
import type { Phase, WindowsStickPlan } from '../contract/index.ts';
import { fileProgress } from './file-progress.ts';
import { roomIn } from './room.ts';
import type { Tell } from './run.ts';

/** Packing gives the new WIM, and takes longest; writing the sticks comes after it. Shares of the whole, for the bar only. */
const PACKED = 0.6;
const CHECKED = 0.7;

/** What is packed anew before any disk is touched, and where. */
export interface PlannedRepacks {
  readonly repacks: readonly Repack[];
  readonly packing: RepackPacking;
  /** Null: nothing is. */
  readonly workFolder: string | null;
}

/**
 * Quickly packed, with XPRESS, where every stick has room for it however large it gets and the folder for what it gets about; else with LZX.
 * @param roomFor whether every stick has room, by the sizes of the new WIMs
 * @param asked the folder that the user wants the work done in; null for one of the system's own for temporary files
 * @throws EngineError `windows-repack-no-room`, `destination-unwritable`, and what `planRepacks` throws
 */
export async function planRepacking(media: WindowsMedia, editions: readonly number[] | null, asked: string | null, tempDir: string, roomFor: (sizes: ReadonlyMap<string, number>) => Promise<boolean>, largestFile?: number): Promise<PlannedRepacks> {
  const repacks = await planRepacks(media, editions, largestFile);
  if (repacks.length === 0) return { repacks, packing: 'lzx', workFolder: null };
  const folderFor = (packing: RepackPacking): Promise<string> => folderWithRoom(asked, tempDir, repacks.reduce((sum, { size }) => sum + size.about[packing], 0));
  if (await roomFor(new Map(repacks.map(({ install, size }) => [install.path, size.most])))) {
    try {
      return { repacks, packing: 'xpress', workFolder: await folderFor('xpress') };
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'windows-repack-no-room') throw error;
    }
  }
  return { repacks, packing: 'lzx', workFolder: await folderFor('lzx') };
}

/** A folder in memory is taken only when the user says so: gigabytes in it would bring the computer down. */
async function folderWithRoom(asked: string | null, tempDir: string, needed: number): Promise<string> {
  const folders = asked !== null ? [asked] : [tempDir, ...(process.platform === 'linux' ? ['/var/tmp'] : [])];
  let best = { path: folders[0]!, available: 0 };
  for (const path of folders) {
    const there = await stat(path).catch((error: unknown) => ({ isDirectory: () => false, errno: errnoOf(error) }));
    if (!there.isDirectory()) {
      if (asked !== null) throw new EngineError('destination-unwritable', { path, errno: 'errno' in there ? there.errno : 'ENOTDIR' });
      continue;
    }
    const { freeBytes, maxFileBytes, inMemory } = await roomIn(path);
    const available = asked === null && inMemory ? 0 : Math.min(freeBytes ?? Infinity, maxFileBytes ?? Infinity);
    if (available >= needed) return path;
    if (available > best.available) best = { path, available };
  }
  throw new EngineError('windows-repack-no-room', { ...best, needed });
}

/** The WIMs that were packed anew, by the paths of those they take the place of. */
export interface Repacked {
  readonly wims: ReadonlyMap<string, Wim>;
  /** Share of the whole job that is done with them. */
  readonly share: number;
  close(): Promise<void>;
}

/**
 * Packs anew what the plan says, in files without names in its folder: whatever ends the job or the program, nothing of them stays.
 * @throws EngineError what `planRepacks` and `repackInstall` throw; AbortError
 */
export async function repackAll(media: WindowsMedia, { repacks, repackedAs, workFolder, editions, verify }: WindowsStickPlan, signal: AbortSignal, tell: Tell, largestFile?: number): Promise<Repacked> {
  const wims = new Map<string, Wim>();
  const close = async (): Promise<void> => void (await Promise.all([...wims.values()].map((wim) => wim.close())));
  if (repacks.length === 0 || workFolder === null) return { wims, share: 0, close };
  const end = verify ? CHECKED : PACKED;
  try {
    for (const [i, repack] of (await planRepacks(media, editions, largestFile)).entries()) {
      const at = (share: number): number => (end * i + share) / repacks.length;
      wims.set(repack.install.path, await repackInstall(repack, workFolder, {
        packing: repackedAs, verify, signal, onPack: passing('repacking', tell, at(0), at(PACKED)), onVerify: passing('checking', tell, at(PACKED), at(end)),
      }));
    }
    return { wims, share: end, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a part of a job tells, as a share of the whole; how long the rest takes it cannot know. */
export const within = (tell: Tell, from: number, to: number): Tell => (told) => {
  if (from === 0 && to === 1) return tell(told);
  tell({ ...told, fraction: told.fraction === null ? null : from + (to - from) * told.fraction, etaSeconds: to < 1 ? null : told.etaSeconds });
};

function passing(phase: Phase, tell: Tell, from: number, to: number): (done: number, total: number) => void {
  let watch: ((done: number) => void) | null = null;
  return (done, total) => (watch ??= fileProgress(phase, total, within(tell, from, to)))(done);
}
