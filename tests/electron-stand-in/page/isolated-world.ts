/**
 * What runs in the preload's isolated world before the preload: Electron's
 * renderer-side module. Self-contained: it reaches the page through `toString()`.
 */
import type { Base64, Codec } from '../codec.ts';
import type { Bridge } from './bridge.ts';

export interface WorldSettings {
  /** Name of the binding that leads to the main process. */
  readonly binding: string;
  /** Name of the global through which the main process calls in. */
  readonly door: string;
  readonly secret: string;
  /** What a sandboxed preload sees of `process`. */
  readonly process: object;
  /** Ask the main process before the user closes the window (only where there is a window to close). */
  readonly guardClosing: boolean;
}

/** From the world to the main process. */
export type FromWorld = { readonly url: string } & (
  | { readonly kind: 'send'; readonly channel: string; readonly args: string }
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: string }
  | { readonly kind: 'will-navigate'; readonly to: string }
  | { readonly kind: 'window-open'; readonly to: string; readonly name: string; readonly features: string }
);

type Without<T> = T extends unknown ? Omit<T, 'url'> : never;
type Listener = (event: object, ...args: unknown[]) => void;
type Preload = (require: (name: string) => unknown, module: { exports: unknown }, exports: unknown, process: object) => void;

interface NavigateEvent extends Event {
  readonly destination: { readonly url: string; readonly sameDocument: boolean };
  readonly navigationType: string;
}
interface KeyEvent extends Event {
  readonly key: string;
  readonly ctrlKey: boolean;
}
declare const document: EventTarget;
declare const location: { readonly href: string };
declare const window: EventTarget & { readonly parent: unknown; readonly navigation: EventTarget };

export function isolatedWorld(
  settings: WorldSettings,
  makeCodec: (base64: Base64) => Codec,
  makeBridge: (side: 'preload' | 'page', secret: string) => Bridge,
  preload: Preload,
): void {
  // Only the window's own page has a preload, and not the blank page that a new target starts with.
  if (window.parent !== window || location.href === 'about:blank') return;
  const globals = globalThis as unknown as Record<string, unknown>;
  const binding = globals[settings.binding] as (text: string) => void;
  const tell = (message: Without<FromWorld>): void => { binding(JSON.stringify({ ...message, url: location.href })); };
  const codec = makeCodec({
    toBase64: (bytes) => {
      let text = '';
      for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
      return btoa(text);
    },
    fromBase64: (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)),
  });

  const strict = <T extends object>(path: string, object: T): T => new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || key === 'then') return Reflect.get(target, key, receiver) as unknown;
      throw new Error(`stand-in: ${path}.${key} is not provided`);
    },
  });

  const listeners = new Map<string, Listener[]>();
  const invocations = new Map<number, { channel: string; resolve(value: unknown): void; reject(error: Error): void }>();
  let lastInvocation = 0;
  const ipcRenderer = strict('electron.ipcRenderer', {
    send(channel: string, ...args: unknown[]) {
      tell({ kind: 'send', channel, args: codec.encode(args) });
    },
    async invoke(channel: string, ...args: unknown[]) {
      const encoded = codec.encode(args);
      return new Promise((resolve, reject) => {
        const id = lastInvocation += 1;
        invocations.set(id, { channel, resolve, reject });
        tell({ kind: 'invoke', id, channel, args: encoded });
      });
    },
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    once(channel: string, listener: Listener) {
      const first: Listener = (event, ...args) => {
        ipcRenderer.removeListener(channel, first);
        listener(event, ...args);
      };
      return ipcRenderer.on(channel, first);
    },
    removeListener(channel: string, listener: Listener) {
      listeners.set(channel, (listeners.get(channel) ?? []).filter((known) => known !== listener));
      return ipcRenderer;
    },
    off: (channel: string, listener: Listener): object => ipcRenderer.removeListener(channel, listener),
    removeAllListeners(channel: string) {
      listeners.delete(channel);
      return ipcRenderer;
    },
  });

  const bridge = makeBridge('preload', settings.secret);
  const contextBridge = strict('electron.contextBridge', {
    exposeInMainWorld: (key: string, api: unknown) => { bridge.expose(key, api); },
  });

  let asked: { file: unknown; path: string } | null = null;
  const webUtils = strict('electron.webUtils', {
    getPathForFile(file: unknown): string {
      if (Object.prototype.toString.call(file) !== '[object File]') throw new TypeError('getPathForFile expected to receive a File object but one was not provided');
      // Electron answers at once, so this world must wait: paused here, the main process asks DevTools for the path and resumes.
      asked = { file, path: '' };
      debugger;
      const { path } = asked;
      asked = null;
      return path;
    },
  });

  globals[settings.door] = {
    receive(channel: string, args: string) {
      for (const listener of listeners.get(channel) ?? []) listener({ sender: ipcRenderer, ports: [] }, ...(codec.decode(args) as unknown[]));
    },
    reply(id: number, text: string) {
      const invocation = invocations.get(id);
      invocations.delete(id);
      const reply = codec.decode(text) as { value: unknown } | { error: string };
      if ('error' in reply) invocation?.reject(new Error(`Error invoking remote method '${invocation.channel}': ${reply.error}`));
      else invocation?.resolve(reply.value);
    },
    askedFile: () => asked?.file,
    answerPath(path: string) {
      if (asked) asked.path = path;
    },
  };

  window.navigation.addEventListener('navigate', (event) => {
    const { destination, navigationType, cancelable } = event as NavigateEvent;
    if (!cancelable || destination.sameDocument || navigationType === 'reload' || navigationType === 'traverse') return;
    // The main process decides, and navigates itself if nobody objects.
    event.preventDefault();
    tell({ kind: 'will-navigate', to: destination.url });
  });
  document.addEventListener(`${settings.secret}:open`, (event) => {
    const { to, name, features } = (event as CustomEvent<{ to: string; name: string; features: string }>).detail;
    tell({ kind: 'window-open', to, name, features });
  });
  if (settings.guardClosing) {
    window.addEventListener('beforeunload', (event) => { event.preventDefault(); });
    // Chromium's own reload would look like closing; a window without a menu has none.
    window.addEventListener('keydown', (event) => {
      const { key, ctrlKey } = event as KeyEvent;
      if (key === 'F5' || (ctrlKey && key.toLowerCase() === 'r')) event.preventDefault();
    }, { capture: true });
  }

  const electron = strict('electron', { ipcRenderer, contextBridge, webUtils });
  const module = { exports: {} };
  const require = (name: string): unknown => {
    if (name === 'electron' || name === 'electron/renderer') return electron;
    throw new Error(`module not found: ${name}`);
  };
  try {
    preload(require, module, module.exports, settings.process);
  } catch (error) {
    console.error('Unable to load preload script:', error);
  }
}
