import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Bridge, CallInput, CallName, CallOutput } from '../../src/contract/index.ts';
import { need } from '../support/need.ts';
import { writePlan } from './plans.ts';

/**
 * The built program, started through Playwright on the Electron stand-in (or
 * on Electron itself with WERKBANK_ELECTRON_DIST), with the engine host of fake-engine-host.ts:
 * what is tested here is the main process, the preload script and the window around them.
 */
const ROOT = join(import.meta.dirname, '../..');
const onDesktop = need({ tools: ['chromium'], linux: true });

declare const window: { werkbank: Bridge };

let built: string;
let userData: string;
let app: ElectronApplication;
let page: Page;

beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'werkbank-window-'));
  const untouched = join(built, 'untouched');
  const electronVite = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
  execFileSync(process.execPath, [electronVite, 'build', '--logLevel', 'error', '--outDir', join(untouched, 'out')], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  await symlink(join(ROOT, 'node_modules'), join(built, 'node_modules'));
  await writeFile(join(untouched, 'package.json'), JSON.stringify({ name: 'werkbank', productName: 'Werkbank', version: '9.9.9', type: 'module', main: 'out/main/index.js' }));
  await cp(untouched, join(built, 'faked'), { recursive: true });
  const fake = pathToFileURL(join(import.meta.dirname, 'fake-engine-host.ts')).href;
  await writeFile(join(built, 'faked/out/main/engine-host.js'), `await import(${JSON.stringify(fake)});\n`);
});
afterAll(() => rm(built, { recursive: true }));

const dist = process.env['WERKBANK_ELECTRON_DIST'] ?? join(ROOT, 'tests/electron-stand-in');
async function launch(program: 'faked' | 'untouched' = 'faked'): Promise<void> {
  // Read by Playwright itself as well, so it has to be in this process's environment.
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', dist);
  app = await _electron.launch({ timeout: PATIENCE_MS, args: [join(built, program)], env: { ...(process.env as Record<string, string>), XDG_CONFIG_HOME: userData, LANG: 'nl_NL.UTF-8', LANGUAGE: '', LC_ALL: '' } });
  app.context().setDefaultTimeout(PATIENCE_MS);
  page = await app.firstWindow();
  await page.waitForFunction(() => 'werkbank' in window);
}
const call = <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<{ ok: boolean; value?: CallOutput<Name>; error?: { code: string } }> =>
  page.evaluate(([callName, callInput]) => window.werkbank.call(callName as never, callInput as never), [name, input] as const);
const start = (name: string): ReturnType<typeof call<'job.start'>> => call('job.start', { plan: writePlan(name, 'a'), confirmed: {} });
const outcomes = async (): Promise<(string | undefined)[] | undefined> => (await call('job.list', null)).value?.map((state) => state.report?.outcome);

/** Answers the program's message boxes by the number of the button, and keeps what they said. */
const answerBoxes = (button: number): Promise<void> =>
  app.evaluate(({ dialog }, response) => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    dialog.showMessageBox = ((_window: unknown, options: { message: string; detail: string; buttons: string[] }) => {
      shown.push(options.message, options.detail, ...options.buttons);
      return Promise.resolve({ response, checkboxChecked: false });
    }) as never;
  }, button);
const boxes = (): Promise<string[]> => app.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
const closeWindow = (): Promise<void> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
/** On a busy machine soon may be late. */
const PATIENCE_MS = 300_000;
const soon = <T>(look: () => T) => expect.poll(look, { timeout: PATIENCE_MS, interval: 100 });
const isVisible = (): Promise<boolean | undefined> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());

beforeEach(async () => {
  userData = await mkdtemp(join(tmpdir(), 'werkbank-user-'));
});
afterEach(async () => {
  await app.evaluate(({ app: main }) => main.exit(0)).catch(() => undefined);
  await app.close().catch(() => undefined);
  vi.unstubAllEnvs();
  await rm(userData, { recursive: true, force: true, maxRetries: 5 });
});

onDesktop('the window opens without rights and speaks to the engine host', async () => {
  await launch();
  expect(await page.evaluate(() => [typeof (globalThis as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process])).toEqual(['undefined', 'undefined']);
  expect((await call('app.info', null)).value).toMatchObject({ version: '9.9.9', platform: 'linux', systemLanguage: 'nl-NL' });
  expect((await call('disks.list', null)).value).toHaveLength(2);
  expect((await call('image.inspect', { location: 'none.img' })).error?.code).toBe('image-not-found');
  expect((await call('job.needsRights' as never, {} as never)).error?.code).toBe('engine-protocol');
  expect((await call('image.inspect', { location: 5 } as never)).error?.code).toBe('argument-invalid');
});

onDesktop('the program as it is built lists disks and sees a new practice disk', async () => {
  await launch('untouched');
  const practiceFolder = join(userData, 'practice');
  await mkdir(practiceFolder);
  expect((await call('disks.list', null)).ok).toBe(true);
  await call('settings.set', { practiceFolder });
  const told = page.evaluate(() => new Promise<string>((resolve) => {
    window.werkbank.listen('disks', (disks) => disks.some((disk) => disk.practice) && resolve('seen'));
  }));
  expect((await call('practice.create', { name: 'bench', size: 8 * 1024 * 1024, sample: false })).value).toMatchObject({ practice: true, size: 8 * 1024 * 1024 });
  expect(await told).toBe('seen');
  expect((await call('image.inspect', { location: join(userData, 'none.img') })).error?.code).toBe('image-not-found');
});

onDesktop('the page can neither leave nor open windows', async () => {
  await launch();
  const url = page.url();
  await app.evaluate(({ BrowserWindow }) => {
    const left: boolean[] = [];
    Object.assign(globalThis, { left });
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-navigate', (event) => left.push(event.defaultPrevented));
  });
  // A refused navigation can swallow the answer to what is asked of the page in the same moment: it begins after its answer.
  await page.evaluate(() => void setTimeout(() => {
    (globalThis as unknown as { location: { href: string } }).location.href = 'https://example.org/';
  }));
  await soon(() => app.evaluate(() => (globalThis as unknown as { left: boolean[] }).left)).toEqual([true]);
  expect(await page.evaluate(() => (globalThis as unknown as { open(url: string): unknown }).open('https://example.org/'))).toBe(null);
  expect(page.url()).toBe(url);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

onDesktop('settings last, and the theme follows them', async () => {
  await launch();
  await call('settings.set', { theme: 'dark', language: 'en' });
  expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
  expect(JSON.parse(await readFile(join(userData, 'Werkbank/settings.json'), 'utf8'))).toMatchObject({ theme: 'dark', language: 'en' });
  await app.close();
  await launch();
  expect((await call('settings.get', null)).value).toMatchObject({ theme: 'dark', language: 'en' });
  expect(await readdir(join(userData, 'Werkbank/logs'))).toHaveLength(2);
});

onDesktop('a report is saved where the dialog says, and only that file can be shown', async () => {
  await launch();
  const { value } = await start('quick');
  await soon(outcomes).toEqual(['done']);
  const target = join(userData, 'report.json');
  await app.evaluate(({ dialog, shell }, filePath) => {
    dialog.showSaveDialog = (() => Promise.resolve({ canceled: false, filePath }));
    shell.showItemInFolder = () => undefined;
  }, target);
  expect((await call('report.save', { jobId: value?.jobId ?? '', format: 'json', language: 'nl' })).value).toBe(target);
  expect(JSON.parse(await readFile(target, 'utf8'))).toMatchObject({ jobId: value?.jobId, outcome: 'done' });
  expect((await call('report.show', { path: target })).ok).toBe(true);
  expect((await call('report.show', { path: '/etc/passwd' })).error?.code).toBe('argument-invalid');
});

onDesktop('closing while a job runs: stay', async () => {
  await launch();
  await start('endless');
  await answerBoxes(2);
  await closeWindow();
  await soon(boxes).toEqual(['Er loopt nog een taak.', expect.stringMatching(/^Image schrijven(?:, 50 %)?: Stick \(S1\)\n\nOp de achtergrond gaat het werk door/), 'Op de achtergrond doorgaan', 'Werk afbreken en sluiten', 'Blijven']);
  expect(await isVisible()).toBe(true);
  expect(await outcomes()).toEqual([undefined]);
});

onDesktop('Windows shuts down while a job runs: it is told to wait, unless it cannot, and the user is asked', async () => {
  await launch();
  // Windows alone sends this event; as documented for Electron's `query-session-end`.
  const holdsUp = (reasons: readonly string[]): Promise<boolean> => app.evaluate(({ BrowserWindow }, given) => {
    let held = false;
    BrowserWindow.getAllWindows()[0]?.emit('query-session-end', { reasons: given, preventDefault: () => { held = true; } });
    return held;
  }, reasons);
  expect(await holdsUp(['shutdown'])).toBe(false);
  await start('endless');
  await answerBoxes(2);
  expect(await holdsUp(['critical'])).toBe(false);
  expect(await holdsUp(['shutdown'])).toBe(true);
  await soon(boxes).toEqual(['Er loopt nog een taak.', expect.stringMatching(/^Image schrijven/), 'Op de achtergrond doorgaan', 'Werk afbreken en sluiten', 'Blijven']);
  expect(await outcomes()).toEqual([undefined]);
});

onDesktop('closing while a job runs: in the background, and back when it is done', async () => {
  await launch();
  const { value } = await start('held');
  await answerBoxes(0);
  await app.evaluate(({ BrowserWindow }) => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    BrowserWindow.getAllWindows()[0]?.on('hide', () => seen.push('hidden')).on('show', () => seen.push('shown'));
  });
  await closeWindow();
  const seen = () => app.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  await soon(seen).toEqual(['hidden']);
  await call('job.limit', { jobId: value?.jobId ?? '', bytesPerSecond: 0 });
  await soon(seen).toEqual(['hidden', 'shown']);
  expect(await outcomes()).toEqual(['done']);
});

onDesktop('closing while a job runs: cancelled first, then the program ends', async () => {
  await launch();
  await start('endless');
  const ended = new Promise<void>((resolve) => app.once('close', () => resolve()));
  await answerBoxes(1);
  await closeWindow();
  await ended;
  const [name = ''] = await readdir(join(userData, 'Werkbank/logs'));
  expect(await readFile(join(userData, 'Werkbank/logs', name), 'utf8')).toContain('"outcome":"cancelled"');
});

onDesktop('a job lives on when the window crashes, and the page that comes back asks for it', async () => {
  const journal = join(userData, 'journal');
  vi.stubEnv('FAKE_JOURNAL', journal);
  await launch();
  await start('endless');
  await outcomes();
  const before = await readFile(journal, 'utf8');
  expect(before).toMatch(/listed 1\n$/);
  // Playwright gives a crashed page up for good, so what the new one does is seen from the other end.
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  await soon(async () => (await readFile(journal, 'utf8')).slice(before.length)).toMatch(/^listed 1\n/);
});

onDesktop('the engine host killed in a job: the window is told, and the next call starts another', async () => {
  await launch();
  await start('endless');
  const pid = Number((await call('disks.list', null)).value?.[1]?.id.replace('pid:', ''));
  // Listening before it dies: what is told to nobody is not told again.
  const told = await page.evaluateHandle(() => ({ code: new Promise<string>((resolve) => window.werkbank.listen('engine.gone', (error) => resolve(error.code))) }));
  process.kill(pid, 'SIGKILL');
  expect(await told.evaluate(({ code }) => code)).toBe('engine-host-gone');
  expect((await call('disks.list', null)).value?.[1]?.id).not.toBe(`pid:${pid}`);
  // What became of the job is not lost with the process: its report says which disks were left in the middle.
  expect(await outcomes()).toEqual(['failed']);
});

onDesktop('a second start brings the first window to the front', async () => {
  await launch();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  execFileSync(join(dist, 'electron'), [join(built, 'faked')], { env: { ...process.env, XDG_CONFIG_HOME: userData }, timeout: PATIENCE_MS, stdio: 'ignore' });
  await soon(isVisible).toBe(true);
});

/** A `pkexec` of our own, first on the PATH. */
async function standInForPkexec(script: string): Promise<void> {
  const bin = join(userData, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'pkexec'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
}

onDesktop('a job that needs rights asks for them and runs in a second engine host', async () => {
  await standInForPkexec('exec "$@"');
  await launch();
  const ordinary = (await call('disks.list', null)).value?.[1]?.id.replace('pid:', '');
  const { value } = await start('root-lasting');
  expect(value?.jobId).toMatch(/^\d+-0$/);
  expect(value?.jobId).not.toBe(`${ordinary}-0`);
  await soon(outcomes).toEqual(['done']);
});

onDesktop('rights that are refused are a named error, and nothing runs', async () => {
  await standInForPkexec('echo dismissed >&2; exit 126');
  await launch();
  expect((await start('root-lasting')).error?.code).toBe('elevation-refused');
  expect(await outcomes()).toEqual([]);
});
