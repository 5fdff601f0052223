import { create } from 'zustand';
import { DEFAULT_NAME_TEMPLATE, type AppInfo, type Settings } from '../../contract/index.ts';
import { call } from '../bridge.ts';

interface SettingsState {
  readonly info: AppInfo | null;
  readonly settings: Settings;
  /** What the system says of its own theme; null until it says so. */
  readonly systemDark: boolean | null;
  readonly load: () => Promise<void>;
  /** Shown at once, kept by the main process. @throws CallError when it could not be kept. */
  readonly change: (change: Partial<Settings>) => Promise<void>;
}

/** The settings, and what the program knows of itself. */
export const useSettings = create<SettingsState>((set, get) => ({
  info: null,
  settings: { language: 'system', theme: 'system', practiceFolder: null, imageFolders: [], driverFolders: [], nameTemplate: DEFAULT_NAME_TEMPLATE },
  systemDark: null,
  load: async () => {
    const [info, settings] = await Promise.all([call('app.info', null), call('settings.get', null)]);
    set({ info, settings });
  },
  change: async (change) => {
    set({ settings: { ...get().settings, ...change } });
    set({ settings: await call('settings.set', change) });
  },
}));

/** The start of a path as this computer writes it, for examples. */
export function useExampleFolder(): string {
  const windows = useSettings((state) => state.info?.platform === 'win32');
  return windows ? 'D:\\' : '/home/anna/';
}

/** The language on the screen: the chosen one, else the system's where we speak it, else English. */
export function languageOf(settings: Settings, systemLanguage: string): 'en' | 'nl' {
  if (settings.language !== 'system') return settings.language;
  return systemLanguage.toLowerCase().split('-')[0] === 'nl' ? 'nl' : 'en';
}
