import { access, constants, readFile, writeFile } from 'node:fs/promises';
import { EngineError, throwIfAborted } from '../../../native-free-engine/index.ts';
import type { Disk, DiskIdentity } from '../../contract/index.ts';
import type { CommandResult, CommandRunner } from '../command.ts';
import type { TargetSystem } from '../targets.ts';
import { nodeDevno } from './device-numbers.ts';
import { isSystemMount, parseMountInfo } from './mounts.ts';
import { readBlockDevices, type SysBlock } from './sysfs.ts';
import { unmount } from './unmount.ts';

const CLEAR_TIMEOUT_MS = 15_000;

/** Disks as targets on Linux, through the system's own small programs. */
export function createLinuxTargets(run: CommandRunner): TargetSystem {
  /** Runs a program that is only helpful: missing or failing, it answers null. */
  const tryRun = async (program: string, args: readonly string[], timeoutMs = 10_000): Promise<CommandResult | null> => {
    const result = await run(program, args, { timeoutMs }).catch(() => null);
    return result?.code === 0 ? result : null;
  };

  return {
    async needsRights(disk) {
      const accessible = await access(disk.path, constants.R_OK | constants.W_OK).then(() => true, () => false);
      return !accessible || (process.getuid?.() !== 0 && (await mountPoints(disk)).length > 0);
    },

    async release(disk, signal) {
      for (const mountPoint of await mountPoints(disk)) {
        throwIfAborted(signal);
        if (isSystemMount(mountPoint)) throw new EngineError('disk-is-system', { disk: disk.path });
        const { code, stderr } = await unmount(run, mountPoint, signal);
        if (code === 0) continue;
        // It may have been unmounted by somebody else in between.
        if (!(await mountPoints(disk)).includes(mountPoint)) continue;
        const code_ = /superuser|not permitted|permission denied/i.test(stderr) ? 'rights-needed' : 'target-in-use';
        throw new EngineError(code_, { disk: disk.path, detail: stderr.trim().slice(0, 300) });
      }
    },

    async prepare(disk) {
      // Once a disk is pulled out, anybody's careless copy to its name leaves an ordinary file there.
      const [known, actual] = await Promise.all([sysfs(disk, 'dev'), nodeDevno(disk.path)]);
      if (actual === null || actual !== known) throw new EngineError('target-gone', { disk: disk.path, path: disk.path });
    },

    async clear(disk) {
      const queue = async (attribute: string): Promise<number> => Number(await sysfs(disk, `queue/${attribute}`));
      if (disk.bus === 'loop') {
        // Discarding on a loop device punches holes into its file, which read as zeros and give space back;
        // writing zeros would allocate the whole file instead. What does not fill a whole hole would be left.
        const granularity = await queue('discard_granularity');
        if ((await queue('discard_max_bytes')) === 0 || granularity === 0 || disk.size % granularity !== 0) return false;
        return (await tryRun('blkdiscard', [disk.path], CLEAR_TIMEOUT_MS)) !== null;
      }
      if (disk.bus !== 'nvme' || (await queue('write_zeroes_max_bytes')) === 0) return false;
      // In steps of 1 GiB, so that it can be stopped in between.
      return (await tryRun('blkdiscard', ['-z', '-p', String(1024 ** 3), disk.path], CLEAR_TIMEOUT_MS)) !== null;
    },

    async reread(disk) {
      await tryRun('blockdev', ['--rereadpt', disk.path]);
      if (disk.bus === 'loop') await tryRun('partx', ['-u', disk.path]);
      await tryRun('udevadm', ['settle', '--timeout=5']);
    },

    async eject(disk) {
      if (disk.bus !== 'usb' && disk.bus !== 'sd') return false;
      if (await tryRun('udisksctl', ['power-off', '-b', disk.path, '--no-user-interaction'], 30_000)) return true;
      if (await tryRun('eject', [disk.path], 30_000)) return true;
      return disk.bus === 'usb' && unplugInSoftware(disk);
    },
  };
}

type Node = Pick<Disk, 'path'>;

/** The kernel writes the slashes of a name as exclamation marks. */
const kernelName = (disk: Node): string => disk.path.replace(/^\/dev\//, '').replaceAll('/', '!');
const sysfsFolder = (disk: Node): string => `/sys/block/${kernelName(disk)}`;
const sysfs = async (disk: Node, attribute: string): Promise<string> => (await readFile(`${sysfsFolder(disk)}/${attribute}`, 'utf8').catch(() => '')).trim();

/** Takes a USB disk off the system as pulling it out would, after its writes have been stored. */
async function unplugInSoftware(disk: DiskIdentity): Promise<boolean> {
  return writeFile(`${sysfsFolder(disk)}/device/delete`, '1').then(() => true, () => false);
}

/** Where a disk and its partitions are mounted, what was mounted last first: a mount on top comes before the one below. */
async function mountPoints(disk: Disk): Promise<string[]> {
  const block = (await readBlockDevices()).find((each: SysBlock) => each.name === kernelName(disk));
  const numbers = new Set(block ? [block.devno, ...block.partitions.map((part) => part.devno)] : []);
  const mounts = parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const own: string[] = [];
  for (const mount of mounts) {
    // FUSE file systems (ntfs-3g) have a number of their own and name the device as their source.
    const devno = mount.devno.startsWith('0:') && mount.source.startsWith('/dev/') ? await nodeDevno(mount.source) : mount.devno;
    if (devno !== null && numbers.has(devno)) own.push(mount.mountPoint);
  }
  return own.reverse();
}
