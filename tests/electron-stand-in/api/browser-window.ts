/** electron.BrowserWindow: one Chromium window with one page. */
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { preview } from '../chromium/launch.ts';
import { openTarget, type OpenTarget } from '../chromium/open-target.ts';
import { onConfirm } from '../desktop-dialogs.ts';
import { appPackage, chromium } from '../runtime.ts';
import { CancellableEvent, strictEmitter } from '../strict.ts';
import { app, openWindows, type ClosableWindow } from './app.ts';
import { WebContents } from './web-contents.ts';

interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly show?: boolean;
  readonly title?: string;
  readonly webPreferences?: {
    readonly preload?: string;
    readonly sandbox?: boolean;
    readonly contextIsolation?: boolean;
    readonly nodeIntegration?: boolean;
  };
}
interface Bounds { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

const Base = strictEmitter('electron.BrowserWindow', [
  'ready-to-show', 'close', 'closed', 'query-session-end', 'show', 'hide', 'focus', 'blur', 'page-title-updated', 'unresponsive', 'responsive',
  'resize', 'move', 'resized', 'moved', 'maximize', 'unmaximize', 'minimize', 'restore',
]);
const windows = new Set<BrowserWindow>();
let lastId = 0;

export class BrowserWindow extends Base implements ClosableWindow {
  readonly id = lastId += 1;
  readonly webContents: WebContents;
  #target: OpenTarget | null = null;
  #bounds: Bounds;
  #title: string;
  #visible: boolean;
  #minimized = false;
  #maximized = false;
  #destroyed = false;

  static getAllWindows(): BrowserWindow[] { return [...windows]; }
  static getFocusedWindow(): BrowserWindow | null { return [...windows].findLast((window) => window.#visible) ?? null; }
  static fromId(id: number): BrowserWindow | null { return [...windows].find((window) => window.id === id) ?? null; }
  static fromWebContents(contents: WebContents | undefined): BrowserWindow | null { return [...windows].find((window) => window.webContents === contents) ?? null; }

  constructor(options: WindowOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { preload, sandbox, contextIsolation, nodeIntegration } = options.webPreferences ?? {};
    if (sandbox === false || contextIsolation === false || nodeIntegration === true) throw new Error('stand-in: only sandboxed, isolated windows without Node are provided');
    if (preload !== undefined && !isAbsolute(preload)) throw new Error(`preload script must have absolute path: ${preload}`);
    this.#bounds = { x: 0, y: 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.#title = options.title ?? app.getName();
    this.#visible = options.show !== false;
    this.webContents = new WebContents(preload ?? null, () => { this.close(); });
    this.webContents.askClose = () => this.#emitClose();
    // "The web page has been rendered": after its first load, as Electron says is usual.
    this.webContents.once('did-finish-load', () => { setImmediate(() => { if (!this.#destroyed) this.emit('ready-to-show', {}); }); });
    windows.add(this);
    openWindows.add(this);
    void this.#open();
    queueMicrotask(() => {
      app.emit('browser-window-created', {}, this);
      app.emit('web-contents-created', {}, this.webContents);
    });
  }

  async #open(): Promise<void> {
    try {
      const { devTools, process: browser } = await chromium.promise;
      browser.once('exit', () => { this.#gone(); });
      const target = await openTarget(this.#bounds, this.#visible);
      this.#target = target;
      if (this.#destroyed) {
        await devTools.browser.send('Target.closeTarget', { targetId: target.id });
        return;
      }
      devTools.browser.on('Target.targetDestroyed', ({ targetId }: { targetId: string }) => { if (targetId === target.id) this.#gone(); });
      await this.webContents.attach(target.id, target.session);
      if (preview) onConfirm((text) => target.confirm(text));
    } catch (error) {
      // Quitting while a window is still opening is no failure.
      if (!this.#destroyed) console.error('stand-in: a window could not be opened:', error);
      this.#gone();
    }
  }

  loadURL(url: string): Promise<void> { return this.webContents.loadURL(url); }
  loadFile(file: string, options: { hash?: string; query?: Record<string, string> } = {}): Promise<void> {
    return this.webContents.loadFile(pathToFileURL(resolve(appPackage().folder, file)), options);
  }

  show(): void {
    if (this.#visible) return;
    this.#visible = true;
    this.#setState('normal');
    this.emit('show', {});
  }
  showInactive(): void { this.show(); }
  hide(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#setState('minimized');
    this.emit('hide', {});
  }
  focus(): void { this.webContents.focus(); }
  isFocused(): boolean { return BrowserWindow.getFocusedWindow() === this; }
  isVisible(): boolean { return this.#visible; }
  isDestroyed(): boolean { return this.#destroyed; }
  isMinimized(): boolean { return this.#minimized; }
  isMaximized(): boolean { return this.#maximized; }
  isFullScreen(): boolean { return false; }
  minimize(): void { this.#minimized = true; this.#setState('minimized'); this.emit('minimize', {}); }
  maximize(): void { this.#maximized = true; this.#setState('maximized'); this.emit('maximize', {}); }
  restore(): void {
    this.#minimized = false;
    this.#maximized = false;
    this.#setState('normal');
    this.emit('restore', {});
  }
  getTitle(): string { return this.#title; }
  setTitle(title: string): void { this.#title = title; }
  getBounds(): Bounds { return this.#bounds; }
  getNormalBounds(): Bounds { return this.#bounds; }
  setSize(width: number, height: number): void {
    this.#bounds = { ...this.#bounds, width, height };
    void this.#target?.resize(width, height);
  }
  setContentSize(width: number, height: number): void { this.setSize(width, height); }
  getSize(): [number, number] { return [this.#bounds.width, this.#bounds.height]; }
  setMinimumSize(): void { /* The person at the preview may make it smaller. */ }
  setMenu(): void { /* No menu is drawn. */ }
  removeMenu(): void { /* No menu is drawn. */ }
  setMenuBarVisibility(): void { /* No menu is drawn. */ }
  setBackgroundColor(): void { /* The page paints its own. */ }
  flashFrame(): void { /* No task bar to flash in. */ }
  /** @param progress 0 to 1, below 0 for none, above 1 for busy. No task bar shows it here. */
  setProgressBar(progress: number): void {
    if (typeof progress !== 'number') throw new TypeError('Error processing argument at index 0, conversion failure');
  }

  close(): void { this.tryClose(); }

  tryClose(): boolean {
    if (this.#destroyed) return true;
    if (!this.#emitClose()) return false;
    this.destroy();
    return true;
  }

  destroy(): void {
    const target = this.#target;
    if (target) void chromium.promise.then(({ devTools }) => devTools.browser.send('Target.closeTarget', { targetId: target.id })).catch(() => undefined);
    this.#gone();
  }

  /** False when a listener wants the window to stay. */
  #emitClose(): boolean {
    const event = new CancellableEvent();
    this.emit('close', event);
    return !event.defaultPrevented;
  }

  #setState(windowState: 'normal' | 'minimized' | 'maximized'): void {
    if (preview) void this.#target?.setState(windowState);
  }

  #gone(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    windows.delete(this);
    openWindows.delete(this);
    this.webContents.detach(new Error('Object has been destroyed'));
    this.emit('closed', {});
    app.windowClosed();
  }
}
