import { expect, test } from 'vitest';
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
  const started = performance.now();
  await expect(runCommand(node, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 })).rejects.toThrow(/tool-failed.*no answer/);
  expect(performance.now() - started).toBeLessThan(2_000);
  await expect(runCommand(node, ['-e', 'const b = Buffer.alloc(1 << 20); const go = () => { while (process.stdout.write(b)); process.stdout.once("drain", go) }; go()'], { timeoutMs: 20_000 })).rejects.toThrow(/too much output/);
});

test('cancelling ends a program at once', async () => {
  const controller = new AbortController();
  const running = runCommand(node, ['-e', 'setInterval(() => {}, 1000)'], { signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  const started = performance.now();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(performance.now() - started).toBeLessThan(1_000);
  await expect(runCommand(node, ['-e', ''], { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
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
  let looking = 0;
  let most = 0;
  let fails = false;
  const watch = createWatch({
    fingerprint: async () => {
      most = Math.max(most, ++looking);
      await sleep(20);
      looking--;
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
  await sleep(POLL_INTERVAL_MS * 2 + 300);
  expect([seen, lists]).toEqual([['a'], 1]);
  fails = true;
  await sleep(POLL_INTERVAL_MS + 100);
  fails = false;
  print = 'b';
  await sleep(POLL_INTERVAL_MS + 200);
  expect(seen).toEqual(['a', 'b']);
  const late: string[] = [];
  const stopLate = watch((disks) => void late.push(disks[0]?.id ?? ''));
  await sleep(50);
  expect(late).toEqual(['b']);
  stop();
  stopLate();
  print = 'c';
  const before = lists;
  await sleep(POLL_INTERVAL_MS + 200);
  expect([seen, lists, most]).toEqual([['a', 'b'], before, 1]);
});
