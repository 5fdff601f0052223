/** `npm start`: which window opens, and what is said where none can. */
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { startScreen } from './screen.ts';
import { fixture, standIn, temporaryFolder } from './launch-fixture.ts';

const script = join(standIn, '..', '..', 'scripts', 'start.mjs');

/** A checkout with the fixture for a program and an installer of Electron that does as told. */
function checkout(installer: string): string {
  const root = temporaryFolder();
  for (const folder of ['scripts', 'tests', 'node_modules/electron']) mkdirSync(join(root, folder), { recursive: true });
  cpSync(script, join(root, 'scripts', 'start.mjs'));
  cpSync(fixture, root, { recursive: true });
  symlinkSync(standIn, join(root, 'tests', 'electron-stand-in'));
  writeFileSync(join(root, 'node_modules/electron/package.json'), '{"name":"electron","version":"45.0.0"}');
  writeFileSync(join(root, 'node_modules/electron/install.js'), installer);
  return root;
}

const FAILS = "console.error('TypeError: fetch failed\\n  [cause]: Error: getaddrinfo ENOTFOUND github.com'); process.exit(1);";
const STALLS = 'setInterval(() => {}, 1000);';
/** Leaves a runtime behind that says how it was started. */
const WORKS = `
const fs = require('node:fs'), path = require('node:path');
const dist = path.join(__dirname, 'dist');
fs.mkdirSync(dist, { recursive: true });
fs.writeFileSync(path.join(dist, 'version'), 'v45.0.0');
fs.writeFileSync(path.join(dist, 'electron'), '#!/bin/sh\\necho "electron $*"\\nexit 5\\n', { mode: 0o755 });
fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');
`;

function start(root: string, env: Record<string, string>): SpawnSyncReturns<string> {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, WERKBANK_PREVIEW: _preview, ...rest } = process.env;
  return spawnSync(process.execPath, [join(root, 'scripts', 'start.mjs'), '--given'], { env: { ...rest, ...env }, encoding: 'utf8', timeout: 300_000 });
}
const onLinux = need({ linux: true });
const noChromium = { DISPLAY: ':0', WERKBANK_CHROMIUM: '/nonexistent' };

onLinux('without a display it says so in one sentence', () => {
  const run = start(checkout(FAILS), {});
  expect(run.status).toBe(1);
  expect(run.stderr.trim().split('\n')).toHaveLength(1);
  expect(run.stderr).toContain('needs a display');
});

onLinux('a failed or stalled download is told with its reason, and once', () => {
  const failed = start(checkout(FAILS), noChromium);
  expect(failed.status).toBe(1);
  expect(failed.stderr.trim().split('\n').slice(1)).toEqual([expect.stringContaining('could not be downloaded (fetch failed, ENOTFOUND) and there is no Chromium')]);
  const stalled = start(checkout(STALLS), { ...noChromium, WERKBANK_DOWNLOAD_STALL_MS: '1000' });
  expect(stalled.stderr).toContain('(nothing arrived for 1 seconds)');
});

onLinux('Electron, once fetched, gets the program and the arguments, and its exit code is kept', () => {
  const root = checkout(WORKS);
  const run = start(root, { DISPLAY: ':0', WERKBANK_ALLOW_ROOT: '1' });
  expect(run.status).toBe(5);
  expect(run.stdout).toBe(`electron ${process.getuid?.() === 0 ? '--no-sandbox ' : ''}${root} --given\n`);
  // The second time nothing is fetched.
  writeFileSync(join(root, 'node_modules/electron/install.js'), 'process.exit(1)');
  expect(start(root, { DISPLAY: ':0', WERKBANK_ALLOW_ROOT: '1' }).stderr).toBe('');
});

need({ linux: true, root: true })('Electron is not started as root', () => {
  const run = start(checkout(WORKS), { DISPLAY: ':0' });
  expect(run.status).toBe(1);
  expect(run.stdout).toBe('');
  expect(run.stderr).toContain('as your own user, not as root');
});

need({ linux: true, tools: ['chromium', 'Xvfb'] })('where Electron cannot be had a preview opens, and Ctrl+C ends all of it', async () => {
  const display = await startScreen();
  const root = checkout(FAILS);
  const userData = temporaryFolder();
  const { WERKBANK_PREVIEW: _preview, ...env } = process.env;
  // In a process group of its own, which is what a terminal signals.
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs'), `--user-data-dir=${userData}`], { env: { ...env, DISPLAY: display }, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
  await expect.poll(() => said).toContain('so this is a preview of Werkbank in a Chromium window');
  await expect.poll(() => existsSync(join(userData, 'stand-in-lock'))).toBe(true);
  const owner = readFileSync(join(userData, 'stand-in-lock'), 'utf8');
  const naming = (text: string): string[] => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(text));
  const profile = `electron-stand-in-${owner}-`;
  await expect.poll(() => naming(profile).length).toBeGreaterThan(3);
  const ended = new Promise<number | null>((resolve) => { child.once('exit', resolve); });
  process.kill(-(child.pid ?? 0), 'SIGINT');
  expect(await ended).toBe(0);
  await expect.poll(() => [...naming(profile), ...naming(root)]).toEqual([]);
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
