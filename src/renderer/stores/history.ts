import { create } from 'zustand';
import type { HistoryList, PlainError, Report } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';

interface HistoryState {
  readonly list: HistoryList | null;
  readonly error: PlainError | null;
  readonly search: string;
  /** Why the report of the last job was not kept; null when it was. */
  readonly notKept: PlainError | null;
  /** A report of the history that is open. */
  readonly report: Report | null;
  readonly load: () => Promise<void>;
  readonly find: (search: string) => void;
  readonly open: (id: string) => Promise<void>;
  readonly changed: (error: PlainError | null) => void;
}

/** Ended jobs with their reports. */
export const useHistory = create<HistoryState>((set, get) => {
  let newest = 0;
  return {
    list: null, error: null, search: '', notKept: null, report: null,
    load: async () => {
      const mine = ++newest;
      try {
        const list = await call('history.list', { search: get().search });
        if (mine === newest) set({ list, error: null });
      } catch (thrown) {
        if (mine === newest) set({ error: toPlainError(thrown) });
      }
    },
    find: (search) => {
      set({ search });
      void get().load();
    },
    open: async (id) => {
      set({ report: null, error: null });
      try {
        set({ report: await call('history.get', { id }) });
      } catch (thrown) {
        set({ error: toPlainError(thrown) });
      }
    },
    changed: (notKept) => {
      set({ notKept });
      if (get().list) void get().load();
    },
  };
});
