import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand, type CommandOptions, type CommandRunner } from '../../src/host/command.ts';
import { createLinuxPower, readMains } from '../../src/host/linux/power.ts';
import { createMacPower, parseDrawnFrom } from '../../src/host/macos/power.ts';
import { heldProgram, pollMains } from '../../src/host/power.ts';
import { createWindowsPower, MAINS_SCRIPT } from '../../src/host/windows/power.ts';

/** Constructed: /sys/class/power_supply as laptops show it. */
function supplies(all: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'werkbank-power-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, files] of Object.entries(all)) {
    mkdirSync(join(folder, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), `${text}\n`);
  }
  return folder;
}

test.each([
  ['a laptop on mains', { AC: { type: 'Mains', online: '1' }, BAT0: { type: 'Battery', status: 'Charging' } }, true],
  ['a laptop on its battery', { AC: { type: 'Mains', online: '0' }, BAT0: { type: 'Battery', status: 'Discharging' } }, false],
  ['two batteries, fed by USB-C', { AC: { type: 'Mains', online: '0' }, UCSI: { type: 'USB', online: '1' }, BAT0: { type: 'Battery', status: 'Full' }, BAT1: { type: 'Battery', status: 'Discharging' } }, true],
  ['no mains listed', { BAT0: { type: 'Battery', status: 'Discharging' } }, false],
  ['no mains listed, charging', { BAT0: { type: 'Battery', status: 'Charging' } }, true],
  ['a desktop whose mouse has a battery', { hid: { type: 'Battery', scope: 'Device', status: 'Discharging' } }, null],
  ['nothing', {}, null],
])('mains on Linux: %s', async (_name, all, expected) => {
  expect(await readMains(supplies(all as Record<string, Record<string, string>>))).toBe(expected);
});

test('a folder that is not there tells nothing', async () => {
  expect(await readMains('/nowhere/power_supply')).toBeNull();
});

test('macOS says what it draws from; a desktop has no battery to draw from', () => {
  // Constructed after pmset's manual.
  expect(parseDrawnFrom("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t100%; charged; 0:00 remaining present: true")).toBe(true);
  expect(parseDrawnFrom("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t71%; discharging; 3:12 remaining present: true")).toBe(false);
  expect(parseDrawnFrom("Now drawing from 'AC Power'\n")).toBeNull();
  expect(parseDrawnFrom('geen idee')).toBeNull();
});

test('only changes are told, and nothing after the end', async () => {
  const answers: (boolean | null | Error)[] = [true, true, null, new Error('no'), false, false, true];
  const seen: boolean[] = [];
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const stop = pollMains(async () => {
    const next = answers.shift();
    if (next === undefined) {
      done();
      return false;
    }
    if (next instanceof Error) throw next;
    return next;
  }, 1)((now) => {
    seen.push(now);
  });
  await all;
  stop();
  expect(seen.slice(0, 3)).toEqual([true, false, true]);
});

test('a held program runs for as long as it is wanted, and says what it says', async () => {
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  const watched: CommandRunner = (program, args, options) => runCommand(program, args, options).finally(() => ended.resolve('over'));
  // Like systemd-inhibit and caffeinate: what holds them is a child that reads until its input is closed.
  const release = heldProgram(watched, process.execPath, ['-e', 'console.log("here"); process.stdin.resume()'], (text) => {
    if (text.includes('here')) started.resolve();
  });
  await started.promise;
  expect(await Promise.race([ended.promise, new Promise((resolve) => setTimeout(() => resolve('running'), 100))])).toBe('running');
  release();
  expect(await ended.promise).toBe('over');
});

test('a program that is held goes when this one dies', async () => {
  const script = `
    import { heldProgram } from ${JSON.stringify(new URL('../../src/host/power.ts', import.meta.url).href)};
    import { runCommand } from ${JSON.stringify(new URL('../../src/host/command.ts', import.meta.url).href)};
    heldProgram(runCommand, process.execPath, ['-e', 'console.log(process.pid); process.stdin.resume()'], (text) => { console.log(text.trim()); process.kill(process.pid, 'SIGKILL'); });
    setInterval(() => {}, 1000);`;
  const { stdout } = await runCommand(process.execPath, ['--input-type=module', '-e', script], { timeoutMs: 120_000 });
  const pid = Number(stdout.trim());
  expect(pid).toBeGreaterThan(0);
  for (let look = 0; look < 1200; look++) {
    try {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } catch {
      return;
    }
  }
  expect.fail('it is still there');
});

test('each system is kept awake by a program of its own, and none is needed for a job to run', async () => {
  const ran: [string, readonly string[], CommandOptions | undefined][] = [];
  const run: CommandRunner = (program, args, options) => {
    ran.push([program, args, options]);
    return Promise.reject(new Error('not installed'));
  };
  for (const power of [createLinuxPower(run), createMacPower(run), createWindowsPower(run)]) power.keepAwake()();
  expect(ran.map(([program]) => program)).toEqual(['systemd-inhibit', 'caffeinate', 'powershell.exe']);
  // A shutdown in the middle of a write leaves a disk of no use.
  expect(ran[0]?.[1]).toContain('--what=shutdown:sleep:idle');
  expect(ran.every(([, , options]) => options?.holdInput && options.longLived)).toBe(true);
});

test('Windows: one PowerShell says how the battery is, in pieces as they come', () => {
  let say: (text: string) => void = () => undefined;
  const run: CommandRunner = (_program, args, options) => {
    expect(Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le')).toBe(MAINS_SCRIPT);
    say = options?.onOutput ?? say;
    return new Promise(() => undefined);
  };
  const seen: boolean[] = [];
  createWindowsPower(run).watchMains((now) => seen.push(now));
  for (const text of ['2', '\r\n2\r\n', '1\r\n', '', '\r\n', '1\r\n2\r\n']) say(text);
  expect(seen).toEqual([true, false, true]);
});
