/** The page's side: preload, bridge, messages, files, theme, navigation. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { launchFixture, temporaryFolder } from './launch-fixture.ts';

/** What the fixture's preload exposes. */
interface Api {
  nested: { list: [number, number, { three: number }] };
  requireError: string;
  process: { sandboxed: boolean; type: string };
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  on(channel: string, listener: (...args: unknown[]) => void): () => void;
  pathOf(file: unknown): string;
  throwing(): void;
  rejecting(): Promise<void>;
  twice(callback: (value: number) => number, value: number): number;
  unknownMember(): void;
}
declare const api: Api;
declare const heard: { done: number; bytes: bigint }[];
declare const document: { getElementById(id: string): { files: ArrayLike<unknown> } };
declare const matchMedia: (query: string) => { matches: boolean };

const inChromium = need({ linux: true, tools: ['chromium'] });

inChromium('values cross to a handler and back as structured clones', async () => {
  const { page } = await launchFixture();
  const same = await page.evaluate(async () => {
    const shared = { x: 1 };
    const sent = [1n, undefined, NaN, new Date(5), new Map([['k', new Set([shared, shared])]]), new Uint8Array([1, 2, 255]), [shared, shared], /x/g];
    const back = await api.invoke('echo', ...sent) as typeof sent;
    const [big, nothing, nan, date, map, bytes, twins, pattern] = back as [bigint, undefined, number, Date, Map<string, Set<object>>, Uint8Array, object[], RegExp];
    return [
      big === 1n, nothing === undefined, Number.isNaN(nan), date instanceof Date && date.getTime() === 5,
      map instanceof Map && map.get('k')?.size === 1, bytes instanceof Uint8Array && bytes.join() === '1,2,255', twins[0] === twins[1], String(pattern) === '/x/g',
    ];
  });
  expect(same).toEqual(Array(8).fill(true));
  expect(await page.evaluate(() => api.invoke('describe', new Map()))).toBe('[object Map] [object Map]');
});

inChromium('errors of handlers reach the page in the words of Electron', async () => {
  const { page } = await launchFixture();
  const failure = (channel: string): Promise<unknown> => page.evaluate((name) => api.invoke(name).then(() => 'no error', String), channel);
  expect(await failure('fails')).toBe("Error: Error invoking remote method 'fails': TypeError: handler says no");
  expect(await failure('nobody')).toBe("Error: Error invoking remote method 'nobody': Error: No handler registered for 'nobody'");
  expect(await failure('uncloneable')).toBe("Error: Error invoking remote method 'uncloneable': Error: An object could not be cloned.");
});

inChromium('a handler knows the page that asks', async () => {
  const { page } = await launchFixture();
  expect(await page.evaluate(() => api.invoke('sender'))).toEqual({ url: page.url(), origin: 'file://', mine: true });
  expect(page.url()).toMatch(/^file:.*\/index\.html#start$/);
});

inChromium('the bridge gives frozen copies and live functions, and hides the rest of the preload', async () => {
  const { page, log } = await launchFixture();
  expect(await page.evaluate(() => ({
    frozen: [api, api.nested, api.nested.list, api.nested.list[2]].every((part) => Object.isFrozen(part)),
    nested: api.nested,
    callbacks: api.twice((value) => value * 3, 7),
    fixed: Object.getOwnPropertyDescriptor(globalThis, 'api')?.writable,
    secret: 'preloadSecret' in globalThis,
    doors: Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('__standIn')),
    process: api.process,
  }))).toEqual({
    frozen: true, nested: { list: [1, 2, { three: 3 }] }, callbacks: 63, fixed: false, secret: false, doors: [], process: { sandboxed: true, type: 'renderer' },
  });
  expect(await page.evaluate(() => { try { api.throwing(); return 'no error'; } catch (error) { return [String(error), error instanceof Error]; } })).toEqual(['Error: from the preload', true]);
  expect(await page.evaluate(() => api.rejecting().then(() => 'no error', String))).toBe('Error: rejected in the preload');
  expect(await log()).toContain('exposed-twice Cannot bind an API on top of an existing property on the window object');
});

inChromium('a sandboxed preload can require electron only, and only what is provided', async () => {
  const { page } = await launchFixture();
  expect(await page.evaluate(() => api.requireError)).toBe('module not found: node:fs');
  expect(await page.evaluate(() => { try { api.unknownMember(); return 'no error'; } catch (error) { return String(error); } })).toBe('Error: stand-in: electron.ipcRenderer.sendSync is not provided');
});

inChromium('progress arrives ten times a second, in order, until the listener is taken away', async () => {
  const { page } = await launchFixture();
  const start = Date.now();
  await page.evaluate(() => { api.send('start-progress', 10); });
  await page.waitForFunction(() => heard.length === 10);
  expect(Date.now() - start).toBeGreaterThan(900);
  expect(await page.evaluate(() => heard.map(({ done }) => Math.round(done * 10)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await page.evaluate(() => heard[0]?.bytes === 2n ** 60n)).toBe(true);
  const late = await page.evaluate(async () => {
    let count = 0;
    const stop = api.on('progress', () => { count += 1; });
    stop();
    api.send('start-progress', 2);
    while (heard.length < 12) await new Promise((resolve) => { setTimeout(resolve, 50); });
    return count;
  });
  expect(late).toBe(0);
});

inChromium('webUtils.getPathForFile knows where a chosen and a dropped file lie', async () => {
  const { page } = await launchFixture();
  const image = join(temporaryFolder(), 'an image é.iso');
  writeFileSync(image, 'image');
  await page.setInputFiles('#file', image);
  expect(await page.evaluate(() => api.pathOf(document.getElementById('file').files[0]))).toBe(image);
  await page.evaluate(() => {
    const target = globalThis as unknown as EventTarget & { dropped?: string };
    target.addEventListener('dragover', (event) => { event.preventDefault(); });
    target.addEventListener('drop', (event) => {
      event.preventDefault();
      target.dropped = api.pathOf((event as unknown as { dataTransfer: { files: ArrayLike<unknown> } }).dataTransfer.files[0]);
    });
  });
  const devTools = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devTools.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data: { items: [], files: [image], dragOperationsMask: 1 } });
  }
  await page.waitForFunction(() => 'dropped' in globalThis);
  expect(await page.evaluate(() => (globalThis as unknown as { dropped: string }).dropped)).toBe(image);
  expect(await page.evaluate(() => api.pathOf(new File(['x'], 'made-here')))).toBe('');
  expect(await page.evaluate(() => { try { return api.pathOf({}); } catch (error) { return String(error); } })).toContain('expected to receive a File');
});

inChromium('nativeTheme decides prefers-color-scheme and says when it changes', async () => {
  const { app, page, log } = await launchFixture();
  const dark = (): Promise<boolean> => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  expect(await dark()).toBe(false);
  await app.evaluate(({ nativeTheme }) => { nativeTheme.themeSource = 'dark'; });
  await expect.poll(dark).toBe(true);
  expect(await log()).toContain('theme true');
  await app.evaluate(({ nativeTheme }) => { nativeTheme.themeSource = 'light'; });
  await expect.poll(dark).toBe(false);
  expect(await app.evaluate(({ nativeTheme }) => { nativeTheme.themeSource = 'system'; return nativeTheme.shouldUseDarkColors; })).toBe(false);
});

inChromium('the program decides where the page may go, and no page opens windows', async () => {
  const { app, page, log } = await launchFixture();
  await page.click('#outside');
  await page.click('#popup');
  await expect.poll(log).toContain('open https://example.invalid/popup');
  expect(page.url()).toContain('index.html');
  // The popup's target exists for a moment, until it is refused.
  await expect.poll(() => app.windows().map((window) => window.url()).join(' ')).not.toContain(' ');
  await page.click('#second');
  await page.waitForURL(/second\.html$/);
  expect(await log()).toEqual(expect.arrayContaining(['will-navigate ', 'will-navigate second.html']));
  // The next document has the preload too.
  expect(await page.evaluate(() => api.invoke('echo', 1))).toEqual([1]);
});
