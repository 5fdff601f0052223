import { access, open } from 'node:fs/promises';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { succeed } from './grow-tool.ts';
import { whileMounted } from './mounted.ts';

/** Nothing on a restored volume is to be run or trusted here. */
const SAFE = 'nosuid,nodev,noexec';
const MOUNT_OPTIONS = {
  // The disk that the image was made of may be mounted on this very computer.
  xfs: `${SAFE},nouuid`,
  btrfs: SAFE,
};

/** For file systems that only grow while they are mounted: in a folder of our own, for that moment. */
export function growMounted(kind: 'xfs' | 'btrfs', command: (folder: string) => readonly [string, ...string[]]) {
  return (run: CommandRunner, device: string, signal: AbortSignal | undefined): Promise<void> =>
    whileMounted(run, { type: kind, options: MOUNT_OPTIONS[kind], device, signal }, (folder) => {
      const [program, ...args] = command(folder);
      return succeed(run, program, args, { signal });
    });
}

const SUPERBLOCK = 64 * 1024;
const FSID = 0x20;
const DEVICES = 0x88;

/**
 * Btrfs knows its devices by identity alone: mounted beside the disk that the
 * image was made of, the two would be taken for one and the same. See
 * "struct btrfs_super_block" in the kernel's btrfs_tree.h.
 */
export async function growBtrfs(run: CommandRunner, device: string, signal: AbortSignal | undefined): Promise<void> {
  const head = Buffer.alloc(4096);
  const file = await open(device, 'r');
  await file.read(head, 0, head.length, SUPERBLOCK).finally(() => file.close());
  const hex = head.toString('hex', FSID, FSID + 16);
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const refused = (detail: string): EngineError => new EngineError('tool-failed', { tool: 'btrfs', detail });
  if (head.readBigUInt64LE(DEVICES) !== 1n) throw refused('several-devices');
  if (await access(`/sys/fs/btrfs/${id}`).then(() => true, () => false)) throw refused(`same-identity-mounted ${id}`);
  try {
    await growMounted('btrfs', (folder) => ['btrfs', 'filesystem', 'resize', 'max', folder])(run, device, signal);
  } finally {
    // Or the kernel would look for it at a device that is gone.
    await run('btrfs', ['device', 'scan', '--forget', device]).catch(() => null);
  }
}
