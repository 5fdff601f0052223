/** Opens a Chromium window for a BrowserWindow. */
import { chromium } from '../runtime.ts';
import type { DevToolsSession } from './devtools-pipe.ts';
import { preview } from './launch.ts';

export interface OpenTarget {
  readonly id: string;
  readonly session: DevToolsSession;
  /** Gives the page this many CSS pixels, whatever frame the window has around it. */
  resize(width: number, height: number): Promise<void>;
  setState(windowState: 'normal' | 'minimized' | 'maximized'): Promise<void>;
  /** Asks the person through the page; true for OK. */
  confirm(text: string): Promise<boolean>;
}

/** @param size of the page, in CSS pixels. @param visible whether a preview window shows at once. */
export async function openTarget(size: { readonly width: number; readonly height: number }, visible: boolean): Promise<OpenTarget> {
  const { devTools } = await chromium.promise;
  const { browser } = devTools;
  const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank', newWindow: true, width: size.width, height: size.height });
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
