/** Opens a Chromium window for a BrowserWindow. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '../runtime.ts';
import type { DevToolsSession } from './devtools-pipe.ts';
import { preview, type Chromium } from './launch.ts';

export interface OpenTarget {
  readonly id: string;
  readonly session: DevToolsSession;
  /** Gives the page this many CSS pixels, whatever frame the window has around it. */
  resize(width: number, height: number): Promise<void>;
  setState(windowState: 'normal' | 'minimized' | 'maximized'): Promise<void>;
  /** Asks the person through the page; true for OK. */
  confirm(text: string): Promise<boolean>;
}

const BLANK = join(import.meta.dirname, '..', 'page', 'blank.html');
type Browser = Chromium['devTools']['browser'];

/** A headless page: any kind of window will do. */
async function createPage(browser: Browser, width: number, height: number): Promise<string> {
  const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank', newWindow: true, width, height });
  return targetId;
}

/**
 * A window without tabs and address bar. DevTools cannot ask for one, the
 * command line can: a second Chromium on the same profile hands its wish to
 * the running one and ends. The page is known again by its fragment.
 */
async function createAppWindow({ command, profile, devTools }: Chromium, width: number, height: number): Promise<string> {
  const url = `${pathToFileURL(BLANK).href}#${randomUUID()}`;
  const created = new Promise<string>((resolve) => {
    const look = ({ targetInfo }: { targetInfo: { targetId: string; type: string; url: string } }): void => {
      if (targetInfo.type !== 'page' || targetInfo.url !== url) return;
      devTools.browser.off('Target.targetCreated', look).off('Target.targetInfoChanged', look);
      resolve(targetInfo.targetId);
    };
    devTools.browser.on('Target.targetCreated', look).on('Target.targetInfoChanged', look);
  });
  const rights = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  spawn(command, [`--user-data-dir=${profile}`, `--app=${url}`, `--window-size=${width},${height}`, '--test-type', ...rights], { stdio: 'ignore' });
  const timeout = AbortSignal.timeout(60_000);
  const late = new Promise<never>((_, reject) => { timeout.addEventListener('abort', () => { reject(new Error('Chromium opened no window within 60 s')); }); });
  return Promise.race([created, late]);
}

/** @param size of the page, in CSS pixels. @param visible whether a preview window shows at once. */
export async function openTarget(size: { readonly width: number; readonly height: number }, visible: boolean): Promise<OpenTarget> {
  const running = await chromium.promise;
  const { devTools } = running;
  const { browser } = devTools;
  const targetId = preview ? await createAppWindow(running, size.width, size.height) : await createPage(browser, size.width, size.height);
  const { sessionId } = await browser.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  const session = devTools.session(sessionId);
  const { windowId } = await browser.send<{ windowId: number }>('Browser.getWindowForTarget', { targetId });

  const evaluate = async <T>(expression: string): Promise<T | undefined> => {
    const { result } = await session.send<{ result: { value?: T } }>('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  };
  const setBounds = async (bounds: object): Promise<void> => {
    await browser.send('Browser.setWindowBounds', { windowId, bounds }).catch(() => undefined);
  };
  const target: OpenTarget = {
    id: targetId,
    session,
    async resize(width, height) {
      const frame = await evaluate<[number, number]>('[outerWidth - innerWidth, outerHeight - innerHeight]');
      if (frame) await setBounds({ width: width + frame[0], height: height + frame[1] });
    },
    setState: (windowState) => setBounds({ windowState }),
    confirm: async (text) => (await evaluate<boolean>(`confirm(${JSON.stringify(text)})`)) === true,
  };
  await target.resize(size.width, size.height);
  if (preview && !visible) await target.setState('minimized');
  return target;
}
