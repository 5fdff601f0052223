import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { inflatePracticeDisk } from './practice-image.ts';

const ROOT = join(import.meta.dirname, '../..');
/** For what hangs: on a busy machine half a minute is not long. */
const PATIENCE_MS = 300_000;

/** The built program, running with settings, practice disks and a lock of its own. */
export interface RunningProgram {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly folder: string;
  readonly practiceFolder: string;
  /** Answers every "which file" and "save as" from now on. */
  chooses(path: string): Promise<void>;
  /** Answers message boxes by the number of the button, and counts them. */
  answers(button: number): Promise<void>;
  messageBoxes(): Promise<number>;
  close(): Promise<void>;
}

export interface ProgramOptions {
  readonly language?: 'en' | 'nl';
  readonly theme?: 'light' | 'dark';
  readonly practice?: readonly { readonly name: string; readonly size: number }[];
  /** Puts other practice disks into their folder before the program starts. */
  readonly prepare?: (practiceFolder: string) => void;
  /** Where everything of this run is kept; a fresh folder when it does not matter. It goes when the program closes. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the program as built: in Electron with WERKBANK_ELECTRON=1, else in the stand-in. */
export async function startProgram(options: ProgramOptions = {}): Promise<RunningProgram> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'werkbank-e2e-'));
  const practiceFolder = join(folder, 'practice');
  mkdirSync(practiceFolder, { recursive: true });
  for (const { name, size } of options.practice ?? []) {
    const path = join(practiceFolder, `${name}.img`);
    cpSync(inflatePracticeDisk(), path);
    // The sample's contents at the start of a disk of the wanted size: something to lose.
    truncateSync(path, size);
  }
  options.prepare?.(practiceFolder);
  const settings = join(folder, 'config', 'Werkbank');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'settings.json'), JSON.stringify({ language: options.language ?? 'en', theme: options.theme ?? 'light', practiceFolder }));
  if (process.env['WERKBANK_ELECTRON'] !== '1') process.env['ELECTRON_OVERRIDE_DIST_PATH'] = join(ROOT, 'tests/electron-stand-in');
  const app = await _electron.launch({
    args: [ROOT, `--user-data-dir=${settings}`],
    timeout: PATIENCE_MS,
    // Playwright takes it here as everywhere; its types for Electron do not list it yet.
    colorScheme: 'no-override' as 'no-preference',
    env: { ...(process.env as Record<string, string>), ...options.env, XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data'), LANG: 'en_US.UTF-8', LC_ALL: '', LANGUAGE: '' },
  });
  app.context().setDefaultTimeout(PATIENCE_MS);
  const page = await app.firstWindow();
  await page.waitForFunction(() => 'werkbank' in globalThis);
  return {
    app,
    page,
    folder,
    practiceFolder,
    chooses: (path) =>
      app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
      }, path),
    answers: (button) =>
      app.evaluate(({ dialog }, response) => {
        const counted = globalThis as { messageBoxes?: number };
        dialog.showMessageBox = () => {
          counted.messageBoxes = (counted.messageBoxes ?? 0) + 1;
          return Promise.resolve({ response, checkboxChecked: false });
        };
      }, button),
    messageBoxes: () => app.evaluate(() => (globalThis as { messageBoxes?: number }).messageBoxes ?? 0),
    async close() {
      await app.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
