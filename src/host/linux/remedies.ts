import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { EngineError, errnoOf, type RemedyAction, type VolumeRef } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { RemedyCommand, RemedySystem } from '../remedies/remedies.ts';

/** Each mends only what it can mend without a decision of anybody's. */
const REPAIRS: Readonly<Record<string, Omit<RemedyCommand, 'args'> & { readonly args: readonly string[] }>> = {
  // 1: errors were corrected.
  ext2: { program: 'e2fsck', args: ['-f', '-p'], good: [0, 1] },
  ext3: { program: 'e2fsck', args: ['-f', '-p'], good: [0, 1] },
  ext4: { program: 'e2fsck', args: ['-f', '-p'], good: [0, 1] },
  xfs: { program: 'xfs_repair', args: [], good: [0] },
  fat12: { program: 'fsck.fat', args: ['-a'], good: [0, 1] },
  fat16: { program: 'fsck.fat', args: ['-a'], good: [0, 1] },
  fat32: { program: 'fsck.fat', args: ['-a'], good: [0, 1] },
  exfat: { program: 'fsck.exfat', args: ['-p'], good: [0, 1] },
  // Puts right what keeps it from being mounted, and has Windows check the rest when it starts.
  ntfs: { program: 'ntfsfix', args: [], good: [0] },
};
/** ntfs-3g.probe(8): Windows sleeps on the volume. */
const HIBERNATED = 14;

const isNode = (device: string): boolean => /^\/dev\/[\w./-]+$/.test(device) && !device.includes('..');
const isFolder = (path: string | undefined): path is string => path !== undefined && path.startsWith('/');

/** Remedies on Linux: never a repair on what is mounted or stacked upon. */
export function createLinuxRemedies(run: CommandRunner): RemedySystem {
  return {
    commands(action) {
      if (action.id === 'repair-file-system') return repairs(action.volume);
      if (action.id === 'defragment') return action.volume.kind === 'ext4' ? onMount(action.volume, 'e4defrag', []) : [];
      return action.id === 'trim' ? onMount(action.volume, 'fstrim', ['-v']) : [];
    },
    async allow(action) {
      if (process.getuid?.() !== 0) throw new EngineError('rights-needed', { path: 'volume' in action ? action.volume.device : '' });
      if (action.id !== 'repair-file-system') return;
      await standsFree(action);
      if (action.volume.kind !== 'ntfs') return;
      const probe = await run('ntfs-3g.probe', ['--readwrite', action.volume.device]);
      if (probe.code === HIBERNATED) throw new EngineError('remedy-refused', { reason: 'windows-hibernated' });
    },
    finish: () => Promise.resolve(),
  };
}

function repairs(volume: VolumeRef): RemedyCommand[] {
  const repair = REPAIRS[volume.kind];
  if (!repair || !isNode(volume.device) || volume.mountPoints.length > 0) return [];
  return [{ ...repair, args: [...repair.args, volume.device] }];
}

function onMount({ mountPoints: [place] }: VolumeRef, program: string, args: readonly string[]): RemedyCommand[] {
  return isFolder(place) ? [{ program, args: [...args, place], good: [0] }] : [];
}

/** The kernel gives a device to one at a time when asked to: not while anybody has it mounted, as swap, or under a RAID. */
async function standsFree(action: Extract<RemedyAction, { readonly id: 'repair-file-system' | 'defragment' | 'trim' | 'decrypt' }>): Promise<void> {
  const { device } = action.volume;
  try {
    await (await open(device, constants.O_RDONLY | constants.O_EXCL)).close();
  } catch (error) {
    if (errnoOf(error) === 'EBUSY') throw new EngineError('remedy-refused', { reason: `device-in-use ${device}` }, { cause: error });
    throw new EngineError(errnoOf(error) === 'EACCES' ? 'rights-needed' : 'target-gone', { path: device, disk: device }, { cause: error });
  }
}
