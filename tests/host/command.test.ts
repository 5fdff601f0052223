import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runCommand } from '../../src/host/command.ts';
import { guarded, within } from '../../src/host/guarded.ts';
import { createWatch, POLL_INTERVAL_MS } from '../../src/host/watcher.ts';
import type { Disk } from '../../src/contract/index.ts';

const node = process.execPath;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a program gets its arguments as they are, its input, and an English answer', async () => {
  const script = 'process.stdin.on("data", (d) => process.stdout.write(d)); process.stdin.on("end", () => { console.log(process.argv[1], process.env.LC_ALL); process.exitCode = 3; })';
  expect(await runCommand(node, ['-e', script, '$(id) "a b" ;x'], { input: 'in ' })).toEqual({ code: 3, stdout: 'in $(id) "a b" ;x C\n', stderr: '' });
});

test('a program that is not there, hangs, or talks too much has a name for it', async () => {
  await expect(runCommand('no-such-program-here', [])).rejects.toThrow('tool-missing');
  await expect(runCommand(node, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 })).rejects.toThrow(/tool-failed.*no-answer/);
  await expect(runCommand(node, ['-e', 'const b = Buffer.alloc(1 << 20); const go = () => { while (process.stdout.write(b)); process.stdout.once("drain", go) }; go()'], { timeoutMs: 120_000 })).rejects.toThrow(/too-much-output/);
});

test('a batch file is refused by name and never run, whatever its letters; what the system refuses at once has a name too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-'));
  try {
    for (const name of ['tool.cmd', 'TOOL.BAT', 'tool.bat.', 'tool.Cmd ']) {
      const script = join(folder, name);
      writeFileSync(script, `#!/bin/sh\ntouch ${folder}/ran\n`, { mode: 0o755 });
      await expect(runCommand(script, ['& calc'])).rejects.toMatchObject({ code: 'tool-is-batch-file', params: { tool: script } });
    }
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await expect(runCommand(node, ['x'.repeat(4 << 20)])).rejects.toMatchObject({ code: 'tool-failed', params: { detail: expect.stringContaining('E2BIG') as string } });
  await expect(runCommand('a\0b', [])).rejects.toMatchObject({ code: 'tool-failed' });
});

test('cancelling ends a program at once', async () => {
  const controller = new AbortController();
  const running = runCommand(node, ['-e', 'setInterval(() => {}, 1000)'], { signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  // Long before it would be given up.
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  await expect(runCommand(node, ['-e', ''], { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
});

test('what may run for long is asked to end before it is killed, and is given its time to do so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-'));
  try {
    const stopped = async (script: string): Promise<void> => {
      const controller = new AbortController();
      const running = runCommand(node, ['-e', `${script}; console.log('ready'); setInterval(() => {}, 1000)`], { longLived: true, signal: controller.signal, onOutput: () => controller.abort() });
      await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    };
    const note = join(folder, 'note');
    await stopped(`process.on('SIGTERM', () => setTimeout(() => { require('fs').writeFileSync(${JSON.stringify(note)}, ''); process.exit(0) }, 200))`);
    expect(existsSync(note)).toBe(true);
    await stopped("process.on('SIGTERM', () => {})");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a question that fails or hangs is answered with null, and hanging ones do not pile up', async () => {
  expect(await guarded(() => Promise.reject(new Error('no')), 100)()).toBeNull();
  expect(await guarded((): Promise<number> => { throw new Error('no'); }, 100)()).toBeNull();
  let calls = 0;
  let release: (value: number) => void = () => undefined;
  const ask = guarded(() => {
    calls++;
    return new Promise<number>((resolve) => {
      release = resolve;
    });
  }, 50);
  expect(await ask()).toBeNull();
  expect(await ask()).toBeNull();
  expect(calls).toBe(1);
  release(1);
  await sleep(10);
  const next = ask();
  release(7);
  expect(await next).toBe(7);
  await expect(within(new Promise(() => undefined), 20, 'it')).rejects.toThrow('no answer within 20 ms');
});

test('watching looks one at a time, lists only on change, goes on after a failure, and stops', async () => {
  let print = 'a';
  let lists = 0;
  let looks = 0;
  let looking = 0;
  let most = 0;
  let fails = false;
  const watch = createWatch({
    fingerprint: async () => {
      most = Math.max(most, ++looking);
      await sleep(20);
      looking--;
      looks++;
      if (fails) throw new Error('no');
      return print;
    },
    list: () => {
      lists++;
      return Promise.resolve([{ id: print } as Disk]);
    },
  });
  const seen: string[] = [];
  const stop = watch((disks) => void seen.push(disks[0]?.id ?? ''));
  const moreLooks = async (more: number): Promise<void> => {
    const until = looks + more;
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(until), { timeout: 300_000 });
  };
  await moreLooks(3);
  expect([seen, lists]).toEqual([['a'], 1]);
  fails = true;
  await moreLooks(2);
  fails = false;
  print = 'b';
  await moreLooks(2);
  await vi.waitFor(() => expect(seen).toEqual(['a', 'b']), { timeout: 300_000 });
  const late: string[] = [];
  const stopLate = watch((disks) => void late.push(disks[0]?.id ?? ''));
  await vi.waitFor(() => expect(late).toEqual(['b']), { timeout: 300_000 });
  stop();
  stopLate();
  print = 'c';
  const before = lists;
  await sleep(POLL_INTERVAL_MS + 200);
  expect([seen, lists, most]).toEqual([['a', 'b'], before, 1]);
});
