import { create } from 'zustand';
import type { Disk, PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';

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

/** Practice disks last, each kind by number. */
export function inOrder(disks: readonly Disk[]): Disk[] {
  return [...disks].sort((a, b) => Number(a.practice) - Number(b.practice) || a.number - b.number);
}

/** Bytes that a disk is too small by, or 0 when it fits or the image's size is unknown. */
export function missingBytes(disk: Disk, imageSize: number | null): number {
  return imageSize === null ? 0 : Math.max(0, imageSize - disk.size);
}
