import { create } from 'zustand';
import type { Disk, DiskImageInfo, ImagedPartition, PlainError, PreflightRequest, RemedyAction, RestorePlan, RestoreRequest } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { alsoChosen } from './choosable.ts';
import { imageFolders } from './library.ts';
import { emptyRequest } from './preflight-requests.ts';
import { lookingAction } from './looking.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type RestoreStep = 'image' | 'partitions' | 'disks' | 'check' | 'plan';

type RestoreOptions = Pick<RestoreRequest, 'grow' | 'newIdentifiers' | 'rest' | 'verify' | 'memory' | 'bytesPerSecond' | 'resume'>;

interface RestoreState extends Planning<RestorePlan>, PlanningActions, RestoreOptions {
  readonly step: RestoreStep;
  readonly location: string;
  readonly inspecting: boolean;
  readonly image: DiskImageInfo | null;
  readonly imageError: PlainError | null;
  /** Numbers, null for all of them. */
  readonly partitions: readonly number[] | null;
  readonly disks: readonly string[];
  /** The user chose the level of memory: no recommendation replaces it. */
  readonly memoryChosen: boolean;
  readonly goTo: (step: RestoreStep) => void;
  readonly setLocation: (location: string) => void;
  readonly describe: (location: string) => Promise<void>;
  readonly choosePartitions: (partitions: readonly number[] | null) => void;
  readonly choose: (disks: readonly string[]) => void;
  readonly setOptions: (options: Partial<RestoreOptions>) => void;
  readonly recommend: (memory: RestoreOptions['memory']) => void;
  /** Empties the wizard; `keepImage` goes straight to the disks with the same image. */
  readonly restart: (keepImage: boolean) => void;
}

const FRESH = {
  step: 'image', location: '', inspecting: false, image: null, imageError: null, partitions: null, disks: [], memoryChosen: false,
  grow: false, newIdentifiers: false, rest: 'keep', verify: true, memory: 'medium', bytesPerSecond: 0, resume: false, ...NOT_PLANNED,
} as const;

/** The wizard that puts an image back. */
export const useRestore = create<RestoreState>((set, get) => ({
  ...FRESH,
  goTo: (step) => set({ step }),
  setLocation: (location) => set({ location, image: null, imageError: null, inspecting: false, partitions: null, resume: false }),
  describe: lookingAction<RestoreState>(
    set, get, async (location) => ({ image: await call('image.describe', { location, folders: imageFolders() }) }), (imageError) => ({ imageError }),
  ),
  choosePartitions: (partitions) => set({ partitions, resume: false }),
  choose: (disks) => set({ disks, resume: false }),
  setOptions: (options) => set({ ...options, ...(options.memory ? { memoryChosen: true } : {}) }),
  recommend: (memory) => {
    if (!get().memoryChosen) set({ memory });
  },
  restart: (keepImage) => set(keepImage && get().image ? { step: 'disks', disks: [], resume: false, ...NOT_PLANNED } : FRESH),
  ...planningActions<RestorePlan>(set, get, () => {
    const { image, partitions, disks, grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume } = get();
    return call('plan.restore', {
      image: image?.location ?? '', folders: imageFolders(), disks: [...disks], partitions: partitions && [...partitions],
      grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume, allowSystemDisk: false,
    });
  }),
}));

/** An image whose parents are all there can be restored. */
export const canRestore = (image: DiskImageInfo | null): boolean => image !== null && image.chain.every(({ error }) => error === null);

/**
 * Bytes that a disk must have at least for what was chosen. The plan knows it exactly; a disk below this is
 * certainly too small, since partitions other than the last keep their length.
 */
export function leastSize(image: DiskImageInfo, chosen: readonly number[] | null): number {
  const kept = image.partitions.filter(({ number, role }) => role !== 'extended' && (chosen === null || chosen.includes(number))).sort((a, b) => a.offset - b.offset);
  if (kept.length === 0) return image.table === 'none' ? image.usedBytes ?? 0 : 0;
  return kept.reduce((sum, { length, usedEnd }, index) => sum + (index === kept.length - 1 ? usedEnd : length), 0);
}

/** Why an image cannot go on a disk, as far as it is certain without a plan. */
export function misfit(disk: Disk, image: DiskImageInfo | null, chosen: readonly number[] | null): { readonly kind: 'sectors' } | { readonly kind: 'small'; readonly missing: number } | null {
  if (!image) return null;
  if (disk.logicalSectorSize !== image.sectorSize && !image.volumeOnly) return { kind: 'sectors' };
  const missing = leastSize(image, chosen) - disk.size;
  return missing > 0 ? { kind: 'small', missing } : null;
}

/** What the checks have to know of this restore. */
export const restoreChecks = ({ image, partitions, disks }: Pick<RestoreState, 'image' | 'partitions' | 'disks'>): PreflightRequest => ({
  ...emptyRequest('restore'), targets: [...disks], image: image?.location ?? null, imagePartitions: partitions && [...partitions],
});

/** Does what a remedy that is a choice of this wizard says. */
export function chooseForRestore(action: RemedyAction, partitions: readonly ImagedPartition[]): void {
  const { partitions: chosen, choosePartitions, setOptions } = useRestore.getState();
  if (action.id === 'memory-level') setOptions({ memory: action.level });
  if (action.id === 'take-partitions') choosePartitions(alsoChosen(chosen, partitions, action.numbers));
}
