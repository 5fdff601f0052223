import { create } from 'zustand';
import type { DriverPreview, DriverSystem, DriverWish, HardwareDevice, PlainError, WinpeRequest } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { useSettings } from './settings.ts';

type Wanted = NonNullable<WinpeRequest['drivers']>;

/** What is asked for, as it is typed. */
type Typed = Pick<DriverChoiceState, 'folders' | 'machines' | 'ids' | 'allKinds'>;

/** What is to load the drivers; with a stick, what its files say where nothing was asked for. */
export type DriverTarget = DriverSystem & { readonly disk: string | null };

interface DriverChoiceState {
  /** As typed, one a line; none for no drivers. */
  readonly folders: readonly string[];
  readonly machines: DriverWish['machines']['kind'];
  /** Hardware IDs as typed, for `machines: 'ids'`. */
  readonly ids: readonly string[];
  /** Also what is neither storage nor network. */
  readonly allKinds: boolean;
  readonly choosing: boolean;
  /** The packages that would be taken; null while it is not known. */
  readonly choice: DriverPreview | null;
  readonly error: PlainError | null;
  /** Storage and network controllers of this machine; null until they have come. */
  readonly devices: readonly HardwareDevice[] | null;
  readonly change: (change: Partial<Typed>, target: DriverTarget) => void;
  /** Looks through the folders once more. */
  readonly refresh: (target: DriverTarget) => Promise<void>;
  readonly loadDevices: () => Promise<void>;
  /** The folders are there the next time. */
  readonly remember: () => void;
  readonly restart: (typed?: Partial<Typed>) => void;
}

const FRESH = { folders: [], machines: 'any', ids: [], allKinds: false, choosing: false, choice: null, error: null } as const;

/** Somebody typing is not asked about each key. Milliseconds. */
const CHOICE_DELAY = 400;

/** Which drivers a medium gets, with the list that follows each change. Folders may be large: one look at a time. */
export const useDriverChoice = create<DriverChoiceState>((set, get) => {
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...FRESH,
    devices: null,
    change: (change, target) => {
      newest++;
      clearTimeout(timer);
      set({ ...change, choice: null, error: null });
      const wanted = wantedDrivers(get()) !== null;
      set({ choosing: wanted });
      if (wanted) timer = setTimeout(() => void get().refresh(target), CHOICE_DELAY);
    },
    refresh: async (target) => {
      clearTimeout(timer);
      const mine = ++newest;
      const wanted = wantedDrivers(get());
      if (!wanted) return set({ choosing: false, choice: null, error: null });
      set({ choosing: true });
      const before = last;
      last = (async () => {
        await before;
        if (mine !== newest) return;
        try {
          const choice = await call('drivers.choose', { ...wanted, ...target });
          if (mine === newest) set({ choice, choosing: false, error: null });
        } catch (thrown) {
          if (mine === newest) set({ choice: null, choosing: false, error: toPlainError(thrown) });
        }
      })();
      await last;
    },
    loadDevices: async () => {
      if (get().devices) return;
      try {
        set({ devices: await call('drivers.machine', null) });
      } catch (thrown) {
        set({ error: toPlainError(thrown) });
      }
    },
    remember: () => {
      const folders = lines(get().folders);
      const kept = useSettings.getState().settings.driverFolders;
      if (folders.length === 0 || folders.join('\n') === kept.join('\n')) return;
      // Not being able to is not worth a word: they are typed once more then.
      void useSettings.getState().change({ driverFolders: folders }).catch(() => undefined);
    },
    restart: (typed) => {
      clearTimeout(timer);
      newest++;
      set({ ...FRESH, ...typed });
    },
  };
});

const lines = (typed: readonly string[]): string[] => typed.map((line) => line.trim()).filter(Boolean);

/** What is asked for; null for no drivers, and while hardware IDs are still to be typed. */
export function wantedDrivers({ folders, machines, ids, allKinds }: Typed): Wanted | null {
  const places = lines(folders);
  const typed = lines(ids);
  if (places.length === 0 || (machines === 'ids' && typed.length === 0)) return null;
  return { folders: places, kinds: allKinds ? ['storage', 'network', 'extension', 'other'] : ['storage', 'network'], machines: machines === 'ids' ? { kind: 'ids', ids: typed } : { kind: machines } };
}

/** The same drivers again. */
export const typedDrivers = (wanted: Wanted | null): Partial<Typed> =>
  wanted ? { folders: wanted.folders, machines: wanted.machines.kind, ids: wanted.machines.kind === 'ids' ? wanted.machines.ids : [], allKinds: wanted.kinds.includes('other') } : {};

/** No drivers are wanted, or those that fit are known. */
export function driversReady(state: Pick<DriverChoiceState, 'folders' | 'choosing' | 'choice'>): boolean {
  return lines(state.folders).length === 0 || (!state.choosing && (state.choice?.chosen.length ?? 0) > 0);
}
