import { create } from 'zustand';
import type { AnswerFileForm, AnswerFileRequest, Customising, CustomisingPreview, PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';

/** Nothing answered: Setup asks everything. */
const NO_ANSWERS: AnswerFileRequest = {
  architectures: ['amd64'], computerName: null, account: null, language: null, region: null, keyboard: null, timeZone: null, productKey: null, edition: null,
  skipAccountScreens: false, skipNetworkScreen: false, bypassHardwareChecks: false, noDataCollection: false, preventDeviceEncryption: false,
  join: null, disk: null, firstLogonCommands: [], updatePolicy: null,
};

/** Nothing, a form filled in here, or a file of one's own. */
export type AnswersFrom = 'none' | 'form' | 'file';

interface CustomisingState {
  readonly from: AnswersFrom;
  readonly answers: AnswerFileRequest;
  /** An autounattend.xml. */
  readonly file: string;
  /** An AutopilotConfigurationFile.json. */
  readonly autopilot: string;
  /** What the form needs to know; null until it has come. */
  readonly form: AnswerFileForm | null;
  readonly preview: CustomisingPreview | null;
  readonly previewError: PlainError | null;
  readonly loadForm: () => Promise<void>;
  readonly change: (change: Partial<Pick<CustomisingState, 'from' | 'file' | 'autopilot'>>) => void;
  readonly answer: (change: Partial<AnswerFileRequest>) => void;
  readonly refresh: () => Promise<void>;
  readonly restart: () => void;
}

const FRESH = { from: 'none', answers: NO_ANSWERS, file: '', autopilot: '', preview: null, previewError: null } as const;

/** Somebody typing is not asked about each key. Milliseconds. */
const PREVIEW_DELAY = 250;

/** How an installation of Windows is made somebody's own, with a preview that follows each change. */
export const useCustomising = create<CustomisingState>((set, get) => {
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void get().refresh(), PREVIEW_DELAY);
  };
  return {
    ...FRESH,
    form: null,
    loadForm: async () => {
      if (get().form) return;
      try {
        set({ form: await call('answerFile.form', null) });
      } catch (thrown) {
        set({ previewError: toPlainError(thrown) });
      }
    },
    change: (change) => {
      set(change);
      soon();
    },
    answer: (change) => {
      set({ answers: { ...get().answers, ...change } });
      soon();
    },
    refresh: async () => {
      clearTimeout(timer);
      const mine = ++newest;
      const wanted = customisingOf(get());
      if (!wanted) return set({ preview: null, previewError: null });
      try {
        const preview = await call('answerFile.preview', wanted);
        if (mine === newest) set({ preview, previewError: null });
      } catch (thrown) {
        if (mine === newest) set({ preview: null, previewError: toPlainError(thrown) });
      }
    },
    restart: () => {
      clearTimeout(timer);
      newest++;
      set(FRESH);
    },
  };
});

/** What goes onto the medium; null for nothing. */
export function customisingOf({ from, answers, file, autopilot }: Pick<CustomisingState, 'from' | 'answers' | 'file' | 'autopilot'>): Customising | null {
  const answerFile = from === 'form' ? { kind: 'options' as const, options: answers } : from === 'file' && file.trim() !== '' ? { kind: 'file' as const, path: file.trim() } : null;
  const profile = autopilot.trim() === '' ? null : { kind: 'file' as const, path: autopilot.trim() };
  return answerFile || profile ? { answerFile, autopilot: profile, updatePolicy: null, setupComplete: [] } : null;
}
