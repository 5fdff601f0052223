/** electron.app: the life of the program. */
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { appPackage, switches } from '../runtime.ts';
import { CancellableEvent, strict, strictEmitter } from '../strict.ts';
import { lockSingleInstance } from '../single-instance.ts';
import { userFolder } from '../user-folders.ts';

/** The part of a window that quitting needs. */
export interface ClosableWindow {
  /** Asks the window to close; false when a listener prevented it. */
  tryClose(): boolean;
  destroy(): void;
}

export const openWindows = new Set<ClosableWindow>();

const Base = strictEmitter('electron.app', [
  'ready', 'window-all-closed', 'before-quit', 'will-quit', 'quit', 'activate', 'second-instance',
  'browser-window-created', 'web-contents-created', 'render-process-gone',
]);

class App extends Base {
  readonly isPackaged = false;
  name = appPackage().name;
  readonly commandLine = strict('electron.app.commandLine', {
    appendSwitch(name: string, value = '') {
      const before = switches.get(name);
      const joins = before !== undefined && (name === 'disable-features' || name === 'enable-features');
      switches.set(name, joins ? `${before},${value}` : value);
    },
    hasSwitch: (name: string) => switches.has(name),
    getSwitchValue: (name: string) => switches.get(name) ?? '',
  });
  readonly #paths = new Map<string, string>();
  readonly #whenReady = Promise.withResolvers<void>();
  #ready = false;
  #quitting = false;
  #unlock: (() => void) | null = null;

  constructor() {
    super();
    const folder = switches.get('user-data-dir');
    if (folder) this.#paths.set('userData', folder);
  }

  whenReady(): Promise<void> { return this.#whenReady.promise; }
  isReady(): boolean { return this.#ready; }
  getName(): string { return this.name; }
  setName(name: string): void { this.name = name; }
  getVersion(): string { return appPackage().version; }
  getAppPath(): string { return appPackage().folder; }
  getLocale(): string { return this.getPreferredSystemLanguages()[0] ?? 'en-US'; }
  getSystemLocale(): string { return this.getLocale(); }
  setAppUserModelId(): void { /* Windows only. */ }
  enableSandbox(): void { /* Every page here is in Chromium's sandbox already, save as root. */ }
  disableHardwareAcceleration(): void { /* There is none: --disable-gpu. */ }

  /** From LANGUAGE, LC_ALL, LC_MESSAGES and LANG, as BCP 47 tags. */
  getPreferredSystemLanguages(): string[] {
    const { LANGUAGE = '', LC_ALL, LC_MESSAGES, LANG } = process.env;
    const names = [...LANGUAGE.split(':'), LC_ALL || LC_MESSAGES || LANG || ''];
    const tags = names.map((name) => (name.split(/[.@]/)[0] ?? '').replace('_', '-')).filter((tag) => tag !== '' && tag !== 'C' && tag !== 'POSIX');
    return tags.length > 0 ? [...new Set(tags)] : ['en-US'];
  }

  getPath(name: string): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
    switch (name) {
      case 'home': return homedir();
      case 'temp': return tmpdir();
      case 'appData': return config;
      case 'userData': case 'sessionData': return join(config, this.name);
      case 'logs': return join(this.getPath('userData'), 'logs');
      case 'exe': return join(import.meta.dirname, '..', 'electron');
      case 'documents': case 'downloads': case 'desktop': return userFolder(name);
      default: throw new Error(`Failed to get '${name}' path`);
    }
  }
  setPath(name: string, path: string): void { this.#paths.set(name, path); }

  requestSingleInstanceLock(additionalData?: object): boolean {
    if (this.#unlock) return true;
    this.#unlock = lockSingleInstance(this.getPath('userData'), additionalData ?? null, (other) => {
      this.emit('second-instance', {}, other.argv, other.workingDirectory, other.additionalData);
    });
    return this.#unlock !== null;
  }
  hasSingleInstanceLock(): boolean { return this.#unlock !== null; }
  releaseSingleInstanceLock(): void {
    this.#unlock?.();
    this.#unlock = null;
  }

  /** Closes every window first; a window that refuses keeps the program running. */
  quit(): void {
    if (this.#quitting) return;
    const before = new CancellableEvent();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.#quitting = true;
    for (const window of [...openWindows]) {
      if (!window.tryClose()) {
        this.#quitting = false;
        return;
      }
    }
    const will = new CancellableEvent();
    this.emit('will-quit', will);
    if (will.defaultPrevented) this.#quitting = false;
    else this.exit(0);
  }

  /** Ends at once, asking nobody. */
  exit(exitCode = 0): void {
    this.#quitting = true;
    for (const window of [...openWindows]) window.destroy();
    this.emit('quit', {}, exitCode);
    this.releaseSingleInstanceLock();
    process.exit(exitCode);
  }

  /** A window is gone: without a listener the last one takes the program with it. */
  windowClosed(): void {
    if (openWindows.size > 0 || this.#quitting) return;
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  /** Called once, when Chromium runs. */
  becomeReady(): void {
    this.#ready = true;
    this.#whenReady.resolve();
    this.emit('ready', {}, {});
  }
}

export const app = new App();
