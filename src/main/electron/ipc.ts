import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { EventName, EventPayload } from '../../contract/index.ts';
import { toPlainError } from '../engine-host/protocol.ts';
import type { CallRouter } from '../services/call-router.ts';
import { PAGE_URL } from './window.ts';

/** Answers the one window's calls; a frame or page that is not ours gets a refusal. */
export function answerCalls(window: BrowserWindow, router: CallRouter): void {
  let page = new AbortController();
  // Nobody waits for the answers that a crashed page asked for.
  window.webContents.on('render-process-gone', () => {
    page.abort();
    page = new AbortController();
  });
  ipcMain.handle('werkbank:call', async (event: IpcMainInvokeEvent, name: unknown, input: unknown) => {
    if (!isOurPage(window, event)) return { ok: false, error: toPlainError(new EngineError('engine-protocol', { detail: 'an unknown sender' })) };
    return router(name, input, page.signal);
  });
}

function isOurPage(window: BrowserWindow, event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return event.sender === window.webContents && frame !== null && frame.parent === null && withoutFragment(frame.url) === PAGE_URL;
}

const withoutFragment = (url: string): string => url.split('#', 1)[0] ?? '';

export function sendEvent<Name extends EventName>(window: BrowserWindow, name: Name, payload: EventPayload<Name>): void {
  if (!window.isDestroyed()) window.webContents.send('werkbank:event', name, payload);
}
