import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import type { CallInput, RemedyAction } from '../../src/contract/index.ts';
import { elevatedArgs } from '../../src/host/elevation.ts';
import { createHost } from '../../src/host/index.ts';
import { formatHostArguments } from '../../src/main/engine-host/arguments.ts';
import { openElevatedChannel } from '../../src/main/services/elevated-host.ts';
import { createHostLink, type HostLink } from '../../src/main/services/host-link.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';

const ENTRY = join(import.meta.dirname, '../../src/main/engine-host/main.ts');
const MIB = 1024 * 1024;

/** The real engine host as it runs with rights: started plainly, with the arguments that elevating adds. */
async function elevatedHost(): Promise<HostLink> {
  const children: ChildProcess[] = [];
  const start = async (command: Parameters<typeof elevatedArgs>[0] & { program: string }): Promise<void> => {
    children.push(spawn(command.program, elevatedArgs(command), { stdio: 'inherit' }));
  };
  const link = createHostLink(await openElevatedChannel({ start }, { program: process.execPath, args: [ENTRY, ...formatHostArguments({ appVersion: '1', practiceFolder: null })] }));
  onTestFinished(() => {
    link.close();
    for (const child of children) child.kill('SIGKILL');
  });
  return link;
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

need({ root: LOOP_NEEDS.root, linux: true, tools: [...LOOP_NEEDS.tools, 'sfdisk', 'mkfs.ext4', 'debugfs', 'e2fsck'] })(
  'an elevated host repairs the partition that it finds itself, by a command that it knows itself, and nothing else',
  async () => {
    const lab = await testLab();
    const disk = await attachLoop(lab, { size: 68 * MIB });
    await tool('sfdisk', ['-q', disk.path], { input: 'label: gpt\nsize=32M,type=L\nsize=32M,type=L\n' });
    await disk.addPartitionNodes();
    const [first, second] = [`${disk.path}p1`, `${disk.path}p2`];
    for (const node of [first, second]) {
      await tool('mkfs.ext4', ['-q', '-F', node]);
      await tool('debugfs', ['-w', '-R', 'ssv state 2', node]);
    }
    const link = await elevatedHost();
    const lines: string[] = [];
    link.listen('preflight.remedy', ({ line }) => lines.push(line));
    const run = (action: unknown): Promise<string> =>
      link.call('preflight.remedy', { runId: 'fix', action, elevated: true } as CallInput<'preflight.remedy'>).then(() => 'done', (error: unknown) => (error instanceof EngineError ? error.code : String(error)));

    const volume = { diskId: disk.path, number: 1, device: first, kind: 'ext4', label: '', role: 'data' as const, mountPoints: [] as string[], size: 32 * MIB };
    const repair = (change: Partial<typeof volume> = {}): RemedyAction => ({ id: 'repair-file-system', volume: { ...volume, ...change } });
    await vi.waitFor(async () => expect((await createHost({ practiceFolder: null }).disks.find(disk.path)).partitions.map(({ fileSystem }) => fileSystem?.kind)).toEqual(['ext4', 'ext4']), { timeout: 300_000 });
    const before = [hashOf(first), hashOf(second)];
    // No command line passes, whatever it is called.
    expect(await run({ id: 'run', program: '/bin/sh', args: ['-c', 'true'] })).toBe('engine-protocol');
    expect(await run({ program: '/bin/sh', args: ['-c', 'true'] })).toBe('engine-protocol');
    expect(await run({ id: 'repair-file-system' })).toBe('engine-protocol');
    // What is said of a partition has to be true of the one that is there.
    for (const lie of [{ device: second }, { device: '/dev/sda; reboot' }, { device: `${first} ${second}` }, { kind: 'xfs' }, { number: 7 }, { size: 1 }, { diskId: '/dev/nowhere' }, { mountPoints: ['/'] }]) {
      expect(await run(repair(lie)), JSON.stringify(lie)).toBe('remedy-refused');
    }
    for (const other of [{ id: 'trim', volume: { ...volume, mountPoints: ['/'] } }, { id: 'defragment', volume: { ...volume, mountPoints: ['/etc'] } }, { id: 'decrypt', volume }, { id: 'hibernation-off' }, { id: 'rename', name: 'x' }, { id: 'scan', check: 'surface' }]) {
      expect(await run(other), JSON.stringify(other)).toBe('remedy-refused');
    }
    expect([hashOf(first), hashOf(second)]).toEqual(before);
    expect(lines).toEqual([]);

    // And nothing beside the remedy itself is listened to.
    expect(await run({ ...repair(), commands: [{ program: 'touch', args: [join(lab.folder, 'touched')] }], program: '/bin/sh' })).toBe('done');
    expect(lines.join('\n')).toMatch(/files|blocks/);
    expect(await tool('e2fsck', ['-f', '-n', first])).toMatch(/files/);
    expect(hashOf(second)).toBe(before[1]);
    // All else that an engine host can do it does not do with rights.
    await expect(link.call('disks.list', null)).rejects.toMatchObject({ code: 'engine-protocol' });
  },
);
