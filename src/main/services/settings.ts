import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, replaceFile } from '../../../native-free-engine/index.ts';
import { DEFAULT_NAME_TEMPLATE, settingsSchema, type Settings } from '../../contract/index.ts';

const DEFAULT_SETTINGS: Settings = { language: 'system', theme: 'system', practiceFolder: null, imageFolders: [], driverFolders: [], nameTemplate: DEFAULT_NAME_TEMPLATE };

type SettingsChange = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** The user's settings, kept in one JSON file. */
export interface SettingsStore {
  get(): Settings;
  /** Keeps the change, on disk too, and returns the whole. */
  set(change: SettingsChange): Promise<Settings>;
}

/**
 * Reads the settings. A file that cannot be understood is set aside as
 * `*.corrupt` and the program starts with its defaults.
 */
export async function openSettings(path: string): Promise<SettingsStore> {
  let settings = await load(path);
  let writing: Promise<void> = Promise.resolve();
  return {
    get: () => settings,
    async set(change) {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      settings = settingsSchema.parse({ ...settings, ...given });
      const text = `${JSON.stringify(settings, null, 2)}\n`;
      // One write after the other, so that the last change is the one that stays; a failed one does not stop the next.
      const write = writing.then(async () => {
        await mkdir(dirname(path), { recursive: true });
        await replaceFile(path, text, { mode: 0o600 });
      });
      writing = write.catch(() => undefined);
      await write;
      return settings;
    },
  };
}

async function load(path: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return DEFAULT_SETTINGS;
    throw error;
  }
  try {
    // Settings of an older version lack the newer ones.
    return settingsSchema.parse({ ...DEFAULT_SETTINGS, ...(JSON.parse(text) as object) });
  } catch {
    await rename(path, `${path}.corrupt`);
    return DEFAULT_SETTINGS;
  }
}
