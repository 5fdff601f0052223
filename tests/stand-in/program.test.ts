/** The main process's side: windows, dialogs, child processes, start and end. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { startScreen } from './screen.ts';
import { fixture, launchFixture, standIn, temporaryFolder } from './launch-fixture.ts';

declare const api: { invoke(channel: string, ...args: unknown[]): Promise<unknown> };

/** Of Electron's BrowserWindow, what is used here. */
interface Window {
  isVisible(): boolean;
  getBounds(): { width: number; height: number };
  close(): void;
  readonly webContents: { forcefullyCrashRenderer(): void };
}

const inChromium = need({ linux: true, tools: ['chromium'] });

/** Processes whose command line names the stand-in's profile of that owner. */
function chromiumOf(owner: number): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`electron-stand-in-${owner}-`);
    } catch {
      return false;
    }
  });
}
const profilesOf = (owner: number): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`electron-stand-in-${owner}-`));

inChromium('a utility process answers, keeps early messages, and reports how it ended', async () => {
  const { page } = await launchFixture();
  const result = await page.evaluate(() => api.invoke('fork', { list: [1n, new Uint8Array([9])] }).then((value) => {
    const { reply, pid, ...rest } = value as { reply: { echo: { list: [bigint, Uint8Array] } }; pid: number };
    const [big, bytes] = reply.echo.list;
    return { ...rest, reply: { ...reply, echo: [big === 1n, bytes instanceof Uint8Array, bytes[0]] }, hasPid: pid > 0 };
  }));
  expect(result).toEqual({
    out: 'worker says hello\n', err: 'worker complains\n', spawned: true, hasPid: true, code: 7, killed: false, pidAfter: undefined,
    reply: { echo: [true, true, 9], argv: ['--one', 'two'], type: 'utility', env: 'yes', cwd: process.cwd() },
  });
});

inChromium('dialogs answer as the test says, and refuse to be forgotten', async () => {
  const { app, page } = await launchFixture();
  expect(await page.evaluate(() => api.invoke('choose').then(() => 'no error', String))).toContain('stand-in: electron.dialog.showOpenDialog was called; stub it in the test');
  await app.evaluate(({ dialog }) => { dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ['/some/disk.iso'] }); });
  expect(await page.evaluate(() => api.invoke('choose'))).toEqual({ canceled: false, filePaths: ['/some/disk.iso'] });
});

inChromium('app says who and where it is', async () => {
  const userData = temporaryFolder();
  const { app } = await launchFixture({}, userData);
  expect(await app.evaluate(({ app: running }) => [
    running.getName(), running.getVersion(), running.isPackaged, running.getPath('userData'), running.getPath('home'), running.getAppPath(),
    running.getLocale(), running.getPreferredSystemLanguages(), running.isReady(),
  ])).toEqual(['Fixture', '1.2.3', false, userData, process.env['HOME'], fixture, 'nl-NL', ['nl-NL'], true]);
  expect(await app.evaluate(({ powerSaveBlocker: blocker }) => {
    const id = (globalThis as unknown as { blocker: number }).blocker;
    return [blocker.isStarted(id), blocker.stop(id), blocker.isStarted(id)];
  })).toEqual([true, true, false]);
});

inChromium('what is not provided throws by name', async () => {
  const { app, page } = await launchFixture();
  const caught = await app.evaluate((electron) => {
    const tries: (() => unknown)[] = [
      () => electron.Tray, () => typeof electron.app.getGPUInfo, () => typeof electron.BrowserWindow.getAllWindows()[0]?.setKiosk, () => (electron.BrowserWindow as unknown as Record<string, unknown>)['fromDevToolsExtension'],
      () => typeof electron.Menu.prototype.popup, () => typeof electron.session.fromPartition, () => electron.app.on('gpu-info-update', () => undefined),
    ];
    return tries.map((attempt) => { try { attempt(); return 'no error'; } catch (error) { return (error as Error).message; } });
  });
  expect(caught).toEqual([
    'stand-in: electron.Tray is not provided', 'stand-in: electron.app.getGPUInfo is not provided', 'stand-in: electron.BrowserWindow.setKiosk is not provided',
    'stand-in: electron.BrowserWindow.fromDevToolsExtension is not provided', 'stand-in: electron.Menu.popup is not provided', 'stand-in: electron.session.fromPartition is not provided',
    "stand-in: electron.app, event 'gpu-info-update', is not provided",
  ]);
  const window = await app.browserWindow(page);
  expect(await window.evaluate((shown: Window) => [shown.isVisible(), shown.getBounds().width, shown.getBounds().height])).toEqual([true, 900, 640]);
  // The page hears of its size after the window has it.
  await expect.poll(() => page.evaluate(() => [(globalThis as unknown as { innerWidth: number }).innerWidth, (globalThis as unknown as { innerHeight: number }).innerHeight])).toEqual([900, 640]);
});

inChromium('a window that refuses to close keeps the program, then both end in order', async () => {
  const { app, page, log } = await launchFixture();
  await app.evaluate(() => { Object.assign(globalThis, { refuse: true }); });
  const window = await app.browserWindow(page);
  await window.evaluate((open: Window) => { open.close(); });
  await app.evaluate(({ app: running }) => { running.quit(); });
  expect((await log()).slice(-3)).toEqual(['close', 'before-quit', 'close']);
  expect(await page.evaluate(() => api.invoke('echo', 'alive'))).toEqual(['alive']);
  await app.evaluate(() => { Object.assign(globalThis, { refuse: false, stay: true }); });
  await window.evaluate((open: Window) => { open.close(); });
  expect((await log()).slice(-3)).toEqual(['close', 'closed', 'window-all-closed']);
  // With no window left the program goes on, and can open another one.
  await app.evaluate(async ({ BrowserWindow }) => { await new BrowserWindow().loadURL('about:blank'); });
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

inChromium('a crashed page is reported and can be loaded again', async () => {
  const { page, app, log } = await launchFixture();
  const crashed = page.waitForEvent('crash');
  await (await app.browserWindow(page)).evaluate((window: Window) => { window.webContents.forcefullyCrashRenderer(); });
  await crashed;
  await expect.poll(log).toContain('gone crashed');
  // The fixture reloads; Playwright's own page object stays crashed, so the main process is asked.
  await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.isCrashed())).toBe(false);
});

inChromium('a page that cannot be loaded rejects loadFile', async () => {
  const { app } = await launchFixture();
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.loadFile('missing.html').then(() => 'no error', String))).toContain('ERR_FILE_NOT_FOUND');
});

inChromium('two programs run side by side; a second one of the same user data tells the first', async () => {
  const userData = temporaryFolder();
  const [first, other] = await Promise.all([launchFixture({}, userData), launchFixture()]);
  expect(await Promise.all([first, other].map(({ page }) => page.evaluate(() => api.invoke('echo', 2))))).toEqual([[2], [2]]);
  const second = spawnSync(join(standIn, 'electron'), [fixture, `--user-data-dir=${userData}`], { timeout: 300_000 });
  expect(second.status).toBe(3);
  await expect.poll(first.log).toContain('second-instance true true from the second');
  expect(await other.log()).not.toContain('second-instance true true from the second');
});

inChromium('nothing is left behind: after quitting, and after the program is killed outright', async () => {
  const { app } = await launchFixture();
  const { pid = 0 } = app.process();
  expect(chromiumOf(pid).length).toBeGreaterThan(0);
  await app.close();
  await expect.poll(() => chromiumOf(pid)).toEqual([]);
  expect(profilesOf(pid)).toEqual([]);

  const killed = spawn(join(standIn, 'electron'), [fixture, `--user-data-dir=${temporaryFolder()}`], { stdio: 'ignore' });
  const owner = killed.pid ?? 0;
  await expect.poll(() => chromiumOf(owner).length).toBeGreaterThan(3);
  killed.kill('SIGKILL');
  await expect.poll(() => chromiumOf(owner)).toEqual([]);
  await launchFixture();
  expect(profilesOf(owner)).toEqual([]);
});

inChromium('a program that can never become ready, as in Electron, says so', () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.mjs'), "import { app } from 'electron'; await app.whenReady();");
  const run = spawnSync(join(standIn, 'electron'), [join(folder, 'main.mjs')], { timeout: 300_000, encoding: 'utf8' });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('does it await app.whenReady() at its top level?');
  writeFileSync(join(folder, 'main.mjs'), "import { Tray } from 'electron'; Tray;");
  expect(spawnSync(join(standIn, 'electron'), [join(folder, 'main.mjs')], { timeout: 300_000, encoding: 'utf8' }).stderr).toContain("does not provide an export named 'Tray'");
});

const onScreen = need({ linux: true, tools: ['chromium', 'Xvfb'] });

onScreen('the preview opens a window of its own, and asks before the user closes it', async () => {
  const display = await startScreen();
  const { app, page, log } = await launchFixture({ DISPLAY: display, WERKBANK_PREVIEW: '1' });
  // No tabs and no address bar: the window is all page.
  await expect.poll(() => page.evaluate(() => {
    const { innerWidth, outerWidth, innerHeight, outerHeight } = globalThis as unknown as Record<string, number>;
    return [innerWidth, innerHeight, outerWidth === innerWidth, (outerHeight ?? 0) - (innerHeight ?? 0) < 50];
  })).toEqual([900, 640, true, true]);
  // A desktop without zenity and kdialog: a question is asked by the page, a path cannot be.
  let question = '';
  page.on('dialog', (dialog) => {
    // The question before unloading is left to the program, which answers through DevTools.
    if (dialog.type() === 'beforeunload') return;
    question = dialog.message();
    void dialog.accept();
  });
  const answers = await app.evaluate(async ({ dialog }) => {
    process.env['PATH'] = '';
    const box = await dialog.showMessageBox({ message: 'A job is running', buttons: ['Go on', 'Stop', 'Stay'], cancelId: 2 });
    return [box.response, await dialog.showOpenDialog({}).then(() => 'no error', String)];
  });
  expect(question).toBe('A job is running\n\nOK: Go on\nCancel: Stay');
  expect(answers).toEqual([0, expect.stringContaining('type or paste the path')]);
  await page.click('h1');
  await app.evaluate(() => { Object.assign(globalThis, { refuse: true }); });
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Page.close').catch(() => undefined);
  await expect.poll(log).toContain('close');
  expect(await page.evaluate(() => api.invoke('echo', 'still here'))).toEqual(['still here']);
  await app.evaluate(() => { Object.assign(globalThis, { refuse: false, stay: true }); });
  await devTools.send('Page.close').catch(() => undefined);
  await expect.poll(log).toContain('window-all-closed');
});
