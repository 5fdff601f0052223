import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, BrowserWindow, nativeTheme, session, type WebContents } from 'electron';
import type { Log } from '../services/log.ts';

const PAGE_FILE = join(import.meta.dirname, '../renderer/index.html');
const PRELOAD_FILE = join(import.meta.dirname, '../preload/preload.cjs');

/** The only page this program ever shows. */
export const PAGE_URL = pathToFileURL(PAGE_FILE).href;

/** After a crash, in milliseconds: a page that crashes at once must not keep a core busy. */
const RELOAD_DELAY_MS = 1000;

/** No page gets a camera, a place, a notification or anything else of this computer. */
export function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
}

export function createWindow(log: Log): BrowserWindow {
  const window = new BrowserWindow({
    width: 1180,
    height: 800,
    minWidth: 900,
    minHeight: 640,
    show: false,
    title: 'Werkbank',
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181c' : '#ffffff',
    webPreferences: {
      preload: PRELOAD_FILE,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  keepToOnePage(window.webContents);
  window.once('ready-to-show', () => window.show());
  // Jobs live in the engine host; the page that comes back finds them again.
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    log.error({ reason: details.reason }, 'the window crashed and is loaded again');
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload();
    }, RELOAD_DELAY_MS);
  });
  void window.loadFile(PAGE_FILE).catch((error: unknown) => log.error({ error: String(error) }, 'the page could not be loaded'));
  return window;
}

function keepToOnePage(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
