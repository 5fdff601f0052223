import { create } from 'zustand';
import type { DiscEntry, DiscInfo, DiscList, ExtractPlan, PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { lookingAction } from './looking.ts';
import { NOT_PLANNED, planningActions, type Planning, type PlanningActions } from './planning.ts';

export type ExtractStep = 'image' | 'files' | 'destination' | 'plan';

interface ExtractState extends Planning<ExtractPlan>, PlanningActions {
  readonly step: ExtractStep;
  /** What stands in the field; `disc` is what was found there. */
  readonly location: string;
  readonly inspecting: boolean;
  readonly disc: DiscInfo | null;
  readonly discError: PlainError | null;
  /** What is in the folders that were looked into, '' for the root. */
  readonly folders: Readonly<Record<string, DiscList>>;
  readonly listError: PlainError | null;
  readonly search: string;
  /** What was found by name; null while nothing is searched for. */
  readonly hits: DiscList | null;
  /** Chosen files and folders by path, with what is known of them; a folder stands for all in it. */
  readonly chosen: Readonly<Record<string, DiscEntry>>;
  readonly all: boolean;
  readonly folder: string;
  readonly overwrite: boolean;
  readonly goTo: (step: ExtractStep) => void;
  readonly setLocation: (location: string) => void;
  readonly inspect: (location: string) => Promise<void>;
  /** Looks into a folder of the disc, once. */
  readonly look: (folder: string) => Promise<void>;
  readonly find: (search: string) => Promise<void>;
  readonly choose: (entries: readonly DiscEntry[]) => void;
  readonly setOptions: (options: Partial<Pick<ExtractState, 'all' | 'folder' | 'overwrite'>>) => void;
  /** Empties the wizard. */
  readonly restart: () => void;
  /** More of the same disc. */
  readonly again: (location: string) => Promise<void>;
}

const NO_TREE = { folders: {}, listError: null, search: '', hits: null, chosen: {}, all: true } as const;
const FRESH = { step: 'image', location: '', inspecting: false, disc: null, discError: null, ...NO_TREE, folder: '', overwrite: false, ...NOT_PLANNED } as const;

/** The wizard that looks into a disc image and takes files out of it. */
export const useExtract = create<ExtractState>((set, get) => {
  let searches = 0;
  return {
    ...FRESH,
    goTo: (step) => set({ step }),
    setLocation: (location) => set({ location, disc: null, discError: null, inspecting: false, ...NO_TREE }),
    inspect: lookingAction<ExtractState>(
      set, get,
      async (location) => {
        const disc = await call('disc.describe', { location });
        return { disc, folders: { '': await call('disc.list', { location, folder: '', search: '' }) } };
      },
      (discError) => ({ discError }),
    ),
    look: async (folder) => {
      const { location, folders } = get();
      if (folders[folder]) return;
      try {
        const list = await call('disc.list', { location, folder, search: '' });
        if (get().location === location) set({ folders: { ...get().folders, [folder]: list }, listError: null });
      } catch (thrown) {
        set({ listError: toPlainError(thrown) });
      }
    },
    find: async (search) => {
      const mine = ++searches;
      set({ search });
      if (search.trim() === '') return set({ hits: null });
      try {
        const hits = await call('disc.list', { location: get().location, folder: '', search });
        if (mine === searches) set({ hits, listError: null });
      } catch (thrown) {
        if (mine === searches) set({ listError: toPlainError(thrown) });
      }
    },
    choose: (entries) => set({ chosen: Object.fromEntries(entries.map((entry) => [entry.path, entry])) }),
    setOptions: (options) => set(options),
    restart: () => set(FRESH),
    again: async (location) => {
      set(FRESH);
      await get().inspect(location);
      if (get().disc) set({ step: 'files' });
    },
    ...planningActions<ExtractPlan>(set, get, () => {
      const { location, folder, overwrite, all, chosen } = get();
      return call('plan.extract', { location, folder: folder.trim(), paths: all ? [] : topmost(Object.keys(chosen)), overwrite });
    }),
  };
});

const parentsOf = (path: string): string[] => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** True for what lies in a folder that is chosen itself. */
export const isWithin = (path: string, chosen: Readonly<Record<string, unknown>>): boolean => parentsOf(path).some((folder) => folder in chosen);

/** Without what lies in another one of them. */
export function topmost(paths: readonly string[]): string[] {
  const set = Object.fromEntries(paths.map((path) => [path, true]));
  return paths.filter((path) => !isWithin(path, set));
}

/** How much is chosen. */
export function chosenTotal(state: Pick<ExtractState, 'all' | 'chosen' | 'disc'>): { files: number; bytes: number } {
  const { all, chosen, disc } = state;
  if (all) return { files: disc?.files ?? 0, bytes: disc?.bytes ?? 0 };
  return topmost(Object.keys(chosen)).reduce((sum, path) => ({ files: sum.files + (chosen[path]?.files ?? 0), bytes: sum.bytes + (chosen[path]?.size ?? 0) }), { files: 0, bytes: 0 });
}
