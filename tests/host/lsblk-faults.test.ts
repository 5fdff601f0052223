import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { lsblkReader } from '../../src/host/linux/lsblk.ts';
import { need } from '../support/need.ts';

const ROOT = join(import.meta.dirname, '../..');

/** In a process of its own: a reader that never ends would take this one along. */
function withLsblk(lsblk: string, args: readonly string[]): { status: number | null; stdout: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lsblk-'));
  try {
    writeFileSync(join(folder, 'lsblk'), `#!/bin/sh\n${lsblk}\n`);
    chmodSync(join(folder, 'lsblk'), 0o755);
    return spawnSync(process.execPath, ['--max-old-space-size=256', ...args], {
      cwd: ROOT, encoding: 'utf8', timeout: 300_000, killSignal: 'SIGKILL', env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function listed(lsblk: string): { status: number | null; disks: number } {
  const script = "import { createHost } from './src/host/index.ts'; const disks = await createHost({ practiceFolder: null }).disks.list(); process.stdout.write(String(disks.length)); process.exit(0);";
  const { status, stdout } = withLsblk(lsblk, ['--input-type=module', '-e', script]);
  return { status, disks: Number(stdout) };
}

function checked(lsblk: string): Record<string, unknown>[] {
  const { stdout } = withLsblk(lsblk, [join(ROOT, 'src/cli/main.ts'), 'check', '--for', 'capture', '--json']);
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

need({ linux: true })('an lsblk that speaks another language, stops in the middle or lists nothing: the disks that the kernel knows', () => {
  for (const script of ['echo "Fout: het apparaat is niet gevonden {"', 'printf \'NAME="sda" MODEL="half\'', 'echo \'{"blockdevices": null}\'', 'echo lsblk: geen toegang >&2; exit 1']) {
    const { status, disks } = listed(script);
    expect(status, script).toBe(0);
    expect(disks, script).toBeGreaterThan(0);
  }
});

need({ linux: true })('an lsblk that hangs keeps the first list waiting, and none of those that follow', async () => {
  const calls: string[] = [];
  let release = (): void => undefined;
  const hanging = new Promise<never>((_, reject) => (release = () => reject(new Error('ended'))));
  const read = lsblkReader((_program, args) => {
    calls.push(args.includes('-O') ? 'all' : 'little');
    return hanging;
  });
  vi.useFakeTimers();
  try {
    const first = read();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(await first).toBeNull();
    expect([await read(), await read()]).toEqual([null, null]);
    expect(calls).toEqual(['all', 'little']);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(await read()).toBeNull();
    expect(calls).toEqual(['all', 'little', 'all', 'little']);
  } finally {
    vi.useRealTimers();
  }
});

need({ linux: true })('where a disk hangs that lsblk looks at, it still tells what it knows without looking', async () => {
  const json = JSON.stringify({ blockdevices: [{ name: 'sda', type: 'disk', size: 1024 }] });
  const read = lsblkReader((_program, args) => (args.includes('-O') ? new Promise(() => undefined) : Promise.resolve({ code: 0, stdout: json, stderr: '' })));
  vi.useFakeTimers();
  try {
    const first = read();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(await first).toMatchObject([{ name: 'sda', size: 1024 }]);
    expect(await read()).toMatchObject([{ name: 'sda' }]);
  } finally {
    vi.useRealTimers();
  }
});

need({ linux: true })('every check answers while an lsblk hangs, those that need no disk among them', () => {
  const events = checked('while kill -0 $PPID; do sleep 1; done');
  expect(events.filter(({ event }) => event === 'check').map(({ check }) => check)).toEqual(expect.arrayContaining(['power', 'clock', 'memory']));
  expect(events.at(-1)).toMatchObject({ event: 'ended' });
});
