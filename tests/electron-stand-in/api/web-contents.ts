/** electron.webContents: the page inside a window, driven over DevTools. */
import { codec } from '../codec.ts';
import type { DevToolsSession } from '../chromium/devtools-pipe.ts';
import { preview } from '../chromium/launch.ts';
import type { FromWorld } from '../page/isolated-world.ts';
import { pageScripts, WORLD_NAME, type PageScripts } from '../page/scripts.ts';
import { CancellableEvent, strict, strictEmitter } from '../strict.ts';
import { app } from './app.ts';
import { answer, ipcMain, type Reply } from './ipc-main.ts';
import { followTheme } from './native-theme.ts';
import { defaultSession } from './session.ts';

interface Frame { readonly id: string; readonly parentId?: string; readonly url: string }
interface Context { readonly id: number; readonly name: string; readonly auxData: { readonly frameId: string } }
interface LoadOptions { readonly hash?: string; readonly query?: Record<string, string> }
type OpenHandler = (details: { url: string; frameName: string; features: string; disposition: string }) => { action: 'allow' | 'deny' };

const all = new Set<WebContents>();
let lastId = 0;

const Base = strictEmitter('electron.WebContents', [
  'dom-ready', 'did-finish-load', 'did-fail-load', 'did-navigate', 'did-start-loading', 'did-stop-loading', 'will-navigate', 'will-attach-webview',
  'render-process-gone', 'destroyed', 'page-title-updated', 'preload-error', 'console-message',
]);

export class WebContents extends Base {
  readonly id = lastId += 1;
  readonly session = defaultSession;
  readonly #attached = Promise.withResolvers<DevToolsSession>();
  readonly #scripts: PageScripts;
  #target = '';
  #url = '';
  #title = '';
  /** The preload's world in the current document; null between documents. */
  #world: number | null = null;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  #destroyed = false;
  #crashed = false;
  #loading = false;
  #loadedOnce = false;
  /** A navigation started here is under way: the document going away is not the user closing the window. */
  #navigating = false;

  /** @param preload the preload script's path. @param closeWindow what `close()` does. */
  constructor(preload: string | null, closeWindow: () => void) {
    super();
    this.#closeWindow = closeWindow;
    this.#scripts = pageScripts(preload, preview);
    this.#attached.promise.catch(() => undefined);
    all.add(this);
  }
  readonly #closeWindow: () => void;

  getURL(): string { return this.#url; }
  getTitle(): string { return this.#title; }
  isDestroyed(): boolean { return this.#destroyed; }
  isCrashed(): boolean { return this.#crashed; }
  isLoading(): boolean { return this.#loading; }
  isDevToolsOpened(): boolean { return false; }
  get mainFrame(): object { return this.#frame(this.#url); }
  setWindowOpenHandler(handler: OpenHandler): void { this.#openHandler = handler; }
  close(): void { this.#closeWindow(); }
  focus(): void { this.#command('Page.bringToFront'); }
  reload(): void {
    this.#navigating = true;
    this.#command('Page.reload');
  }
  /** Answers with an error by design: the renderer dies of it. */
  forcefullyCrashRenderer(): void { this.#command('Page.crash'); }

  /** Runs code in the page's own world and gives back what can be cloned. */
  async executeJavaScript(code: string): Promise<unknown> {
    const session = await this.#attached.promise;
    const { result, exceptionDetails } = await session.send<{ result: { value?: unknown }; exceptionDetails?: { text: string; exception?: { description?: string } } }>(
      'Runtime.evaluate', { expression: code, awaitPromise: true, returnByValue: true },
    );
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Sends to the listeners of the document shown now; a document not there yet misses it, as in Electron. */
  send(channel: string, ...args: unknown[]): void {
    this.#callWorld('receive', channel, codec.encode(args));
  }

  /** Resolves when the page has loaded; rejects when it cannot be. */
  async loadURL(url: string): Promise<void> {
    const session = await this.#attached.promise;
    const loaded = new Promise<void>((resolve) => { session.once('Page.loadEventFired', () => { resolve(); }); });
    this.#navigating = true;
    this.#loadedOnce = true;
    const { errorText } = await session.send<{ errorText?: string }>('Page.navigate', { url });
    if (errorText !== undefined) {
      const code = errorText.replace('net::', '');
      this.emit('did-fail-load', {}, -2, code, url, true);
      throw Object.assign(new Error(`${code} (-2) loading '${url}'`), { code, errno: -2, url });
    }
    await loaded;
  }

  loadFile(url: URL, options: LoadOptions): Promise<void> {
    if (options.hash !== undefined) url.hash = options.hash;
    for (const [key, value] of Object.entries(options.query ?? {})) url.searchParams.set(key, value);
    return this.loadURL(url.href);
  }

  /** Connects to the window's target; the page is blank until then. Called by the window. */
  async attach(target: string, session: DevToolsSession): Promise<void> {
    this.#target = target;
    this.#listen(session);
    const { settings, page, isolated, needsPaths } = this.#scripts;
    await Promise.all([
      session.send('Page.enable'),
      session.send('Runtime.enable'),
      session.send('Inspector.enable'),
      ...(needsPaths ? [session.send('Debugger.enable')] : []),
      session.send('Runtime.addBinding', { name: settings.binding, executionContextName: WORLD_NAME }),
      // In this order: the page's side of the bridge must be there when the preload exposes something.
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: page }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: isolated, worldName: WORLD_NAME }),
      followTheme(session),
    ]);
    this.#attached.resolve(session);
  }

  /** The window is gone, or never came to be. Called by the window. */
  detach(reason: Error): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#world = null;
    all.delete(this);
    this.#attached.reject(reason);
    this.emit('destroyed');
  }

  /** DevTools' id of the page; empty until the window is open. */
  get target(): string { return this.#target; }

  #listen(session: DevToolsSession): void {
    session.on('Runtime.executionContextCreated', ({ context }: { context: Context }) => {
      if (context.name === WORLD_NAME && context.auxData.frameId === this.#target) this.#world = context.id;
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }: { executionContextId: number }) => {
      if (this.#world === executionContextId) this.#world = null;
    });
    session.on('Runtime.executionContextsCleared', () => { this.#world = null; });
    session.on('Runtime.bindingCalled', (call: { name: string; payload: string; executionContextId: number }) => {
      if (call.name === this.#scripts.settings.binding && call.executionContextId === this.#world) this.#hear(JSON.parse(call.payload) as FromWorld);
    });
    session.on('Page.frameNavigated', ({ frame }: { frame: Frame }) => {
      if (frame.parentId !== undefined) return;
      this.#url = frame.url;
      this.#crashed = false;
      this.#navigating = false;
      if (this.#isShown()) this.emit('did-navigate', {}, frame.url, 200, 'OK');
    });
    session.on('Page.frameStartedLoading', ({ frameId }: { frameId: string }) => { if (frameId === this.#target) this.#setLoading(true); });
    session.on('Page.frameStoppedLoading', ({ frameId }: { frameId: string }) => { if (frameId === this.#target) this.#setLoading(false); });
    session.on('Page.domContentEventFired', () => { if (this.#isShown()) this.emit('dom-ready', {}); });
    session.on('Page.loadEventFired', () => { if (this.#isShown()) this.emit('did-finish-load', {}); });
    // Of links; the page's `window.open` is window-open.ts.
    session.on('Page.windowOpen', ({ url, windowName, windowFeatures }: { url: string; windowName: string; windowFeatures: string[] }) => {
      this.#askToOpen(url, windowName, windowFeatures.join(','));
    });
    session.on('Page.javascriptDialogOpening', ({ type }: { type: string }) => {
      if (type === 'beforeunload' && preview) void session.send('Page.handleJavaScriptDialog', { accept: this.#navigating || this.askClose() });
    });
    session.on('Debugger.paused', () => { void this.#answerPath(session); });
    session.on('Inspector.targetCrashed', () => {
      this.#crashed = true;
      this.#world = null;
      const details = { reason: 'crashed', exitCode: 133 };
      this.emit('render-process-gone', {}, details);
      app.emit('render-process-gone', {}, this, details);
    });
  }

  /** Set by the window: whether it may close, asked when the user closes it. */
  askClose: () => boolean = () => true;

  /** Something was loaded; the blank page of a new target is none of the program's business. */
  #isShown(): boolean { return this.#loadedOnce; }

  #setLoading(loading: boolean): void {
    this.#loading = loading;
    this.emit(loading ? 'did-start-loading' : 'did-stop-loading', {});
  }

  #frame(url: string): object {
    return strict('electron.WebFrameMain', { url, origin: url.startsWith('file:') ? 'file://' : new URL(url || 'about:blank').origin, parent: null, name: '', processId: this.id, routingId: 1, frameTreeNodeId: this.id });
  }

  #askToOpen(url: string, frameName: string, features: string): void {
    const { action } = this.#openHandler({ url, frameName, features, disposition: 'foreground-tab' });
    if (action === 'allow') console.error(`stand-in: the page may open ${url} in a window of its own, but child windows are not provided`);
  }

  #hear(message: FromWorld): void {
    if (message.kind === 'window-open') return this.#askToOpen(message.to, message.name, message.features);
    if (message.kind === 'will-navigate') {
      const event = Object.assign(new CancellableEvent(), { url: message.to, isMainFrame: true, isSameDocument: false });
      this.emit('will-navigate', event, message.to);
      if (event.defaultPrevented) return;
      this.#navigating = true;
      this.#command('Page.navigate', { url: message.to });
      return;
    }
    const frame = this.#frame(message.url);
    const event = { type: 'frame', sender: this, senderFrame: frame, processId: this.id, frameId: 1, reply: (channel: string, ...args: unknown[]) => { this.send(channel, ...args); } };
    const args = codec.decode(message.args) as unknown[];
    if (message.kind === 'send') {
      ipcMain.emit(message.channel, event, ...args);
      return;
    }
    void answer(message.channel, event, args).then((reply) => { this.#callWorld('reply', message.id, encodeReply(reply)); });
  }

  #callWorld(method: string, ...args: (string | number)[]): void {
    if (this.#world === null) return;
    const expression = `globalThis.${this.#scripts.settings.door}?.${method}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
    this.#command('Runtime.evaluate', { expression, contextId: this.#world });
  }

  /** Page and preload stand still in a `debugger` statement; if it is getPathForFile's, its question is answered first. */
  async #answerPath(session: DevToolsSession): Promise<void> {
    const { door } = this.#scripts.settings;
    try {
      if (this.#world === null) return;
      const contextId = this.#world;
      const { result } = await session.send<{ result: { objectId?: string } }>('Runtime.evaluate', { expression: `globalThis.${door}?.askedFile()`, contextId });
      if (result.objectId === undefined) return;
      const { path } = await session.send<{ path: string }>('DOM.getFileInfo', { objectId: result.objectId }).catch(() => ({ path: '' }));
      await session.send('Runtime.evaluate', { expression: `globalThis.${door}.answerPath(${JSON.stringify(path)})`, contextId });
    } finally {
      await session.send('Debugger.resume').catch(() => undefined);
    }
  }

  /** A command whose answer nobody waits for; the page may go away under it. */
  #command(method: string, params: object = {}): void {
    void this.#attached.promise.then((session) => session.send(method, params)).catch(() => undefined);
  }
}

function encodeReply(reply: Reply): string {
  try {
    return codec.encode(reply);
  } catch (error) {
    return codec.encode({ error: String(error) });
  }
}

/** electron.webContents, the module's own functions. */
export const webContents = strict('electron.webContents', {
  getAllWebContents: (): WebContents[] => [...all],
  fromId: (id: number): WebContents | undefined => [...all].find((contents) => contents.id === id),
  fromDevToolsTargetId: (target: string): WebContents | undefined => [...all].find((contents) => contents.target === target),
});
