import { create } from 'zustand';
import type { Disk, PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { isStill, type Told } from './same-disk.ts';

interface DisksState {
  /** null until the first list has come. */
  readonly disks: readonly Disk[] | null;
  readonly error: PlainError | null;
  readonly load: () => Promise<void>;
  readonly replace: (disks: readonly Disk[]) => void;
  readonly createPractice: (name: string, size: number, sample: boolean) => Promise<Disk>;
  readonly removePractice: (disk: string) => Promise<void>;
}

/** The disks of this computer, kept fresh by the `disks` event. */
export const useDisks = create<DisksState>((set, get) => ({
  disks: null,
  error: null,
  load: async () => {
    try {
      set({ disks: await call('disks.list', null), error: null });
    } catch (thrown) {
      set({ error: toPlainError(thrown) });
    }
  },
  replace: (disks) => set({ disks, error: null }),
  createPractice: async (name, size, sample) => {
    const disk = await call('practice.create', { name, size, sample });
    await get().load();
    return disk;
  },
  removePractice: async (disk) => {
    await call('practice.remove', { disk });
    await get().load();
  },
}));

/** The chosen disks that are still plugged in, may be written, and hold what goes on them. */
export function useChosenDisks(chosen: readonly string[], fits: (disk: Disk) => boolean = () => true): readonly Disk[] {
  const disks = useDisks((state) => state.disks);
  return (disks ?? []).filter((disk) => chosen.includes(disk.id) && disk.verdict.kind !== 'hidden' && fits(disk));
}

/** Those of them that are not plugged in any more, or have another one in their place. */
export function useGoneDisks<D extends Told>(disks: readonly D[]): readonly D[] {
  const there = useDisks((state) => state.disks);
  return there === null ? [] : disks.filter((disk) => !there.some((now) => isStill(disk, now)));
}

/** Practice disks last, each kind by number. */
export function inOrder(disks: readonly Disk[]): Disk[] {
  return [...disks].sort((a, b) => Number(a.practice) - Number(b.practice) || a.number - b.number);
}

/** Bytes that a disk is too small by, or 0 when it fits or the image's size is unknown. */
export function missingBytes(disk: Disk, imageSize: number | null): number {
  return imageSize === null ? 0 : Math.max(0, imageSize - disk.size);
}
