/** electron.nativeTheme: light or dark, and every page told so. */
import type { DevToolsSession } from '../chromium/devtools-pipe.ts';
import { strictEmitter } from '../strict.ts';

type Source = 'system' | 'light' | 'dark';

const Base = strictEmitter('electron.nativeTheme', ['updated']);
const sessions = new Set<DevToolsSession>();

class NativeTheme extends Base {
  #source: Source = 'system';
  #systemDark = false;

  get themeSource(): Source { return this.#source; }
  set themeSource(source: Source) {
    if (source !== 'system' && source !== 'light' && source !== 'dark') throw new TypeError(`Error processing argument: themeSource '${String(source)}'`);
    if (source === this.#source) return;
    this.#source = source;
    for (const session of sessions) void emulate(session, source);
    this.emit('updated', {});
  }
  get shouldUseDarkColors(): boolean { return this.#source === 'system' ? this.#systemDark : this.#source === 'dark'; }

  /** What Chromium says of the desktop, before any emulation. */
  setSystemDark(dark: boolean): void {
    if (dark === this.#systemDark) return;
    this.#systemDark = dark;
    if (this.#source === 'system') this.emit('updated', {});
  }
}

export const nativeTheme = new NativeTheme();

async function emulate(session: DevToolsSession, source: Source): Promise<void> {
  const features = source === 'system' ? [] : [{ name: 'prefers-color-scheme', value: source }];
  try {
    await session.send('Emulation.setEmulatedMedia', { features });
  } catch {
    sessions.delete(session);
  }
}

/** Makes a page's `prefers-color-scheme` follow the theme from now on. */
export async function followTheme(session: DevToolsSession): Promise<void> {
  const { result } = await session.send<{ result: { value?: boolean } }>('Runtime.evaluate', { expression: 'matchMedia("(prefers-color-scheme: dark)").matches' });
  nativeTheme.setSystemDark(result.value === true);
  sessions.add(session);
  await emulate(session, nativeTheme.themeSource);
}
