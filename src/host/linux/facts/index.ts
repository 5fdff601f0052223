import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { missing } from '../../../../native-free-engine/index.ts';
import type { CommandRunner } from '../../command.ts';
import { attempt, garbage, NotHere } from '../../facts/attempt.ts';
import { DHCP_MS, dhcpServers } from '../../facts/dhcp-servers.ts';
import { smartctl } from '../../facts/smart.ts';
import type { FactSystem } from '../../facts/system.ts';
import { practicePath } from '../../practice.ts';
import { mountOf } from '../device-numbers.ts';
import { openedAs } from '../lvm-volume.ts';
import { mayHang } from '../mounts.ts';
import { outsideSource } from '../outside-read.ts';
import { readMounts } from '../snapshot.ts';
import { blockView } from '../sources-view.ts';
import { diskActivity } from './activity.ts';
import { raidControllers, usbDevices } from './devices.ts';
import { linuxFirmware } from './firmware.ts';
import { linuxPending } from './pending.ts';
import { udpHolder } from './ports.ts';
import { linuxPower } from './power.ts';
import { ext4Fragments, scanVolume } from './scans.ts';

const QUICK_MS = 3_000;
const ANSWER_MS = 5_000;
const FRAGMENTS_MS = 12_000;
/** efivarfs: four bytes of attributes, then the value. */
const FAT_MAX_FILE = 2 ** 32 - 1;
const NETWORK = /^(nfs4?|cifs|smb3|smbfs|9p|ceph|glusterfs|davfs|fuse\.(sshfs|davfs|rclone|glusterfs))$/;
const FAT = /^(vfat|msdos)$/;

/** Facts about a Linux machine: from the kernel's files, and its usual tools. */
export function createLinuxFacts(run: CommandRunner): FactSystem {
  return {
    name: 'linux',
    power: (signal) => linuxPower(run, '/sys', signal),
    synchronised: (signal) => attempt('timedatectl show', QUICK_MS, signal, async () => {
      const { stdout } = await run('timedatectl', ['show', '--property=NTPSynchronized'], { timeoutMs: QUICK_MS - 500, signal });
      const answer = /^NTPSynchronized=(yes|no)$/m.exec(stdout)?.[1];
      if (!answer) throw garbage('timedatectl');
      return answer === 'yes';
    }),
    firmware: (signal) => linuxFirmware('', signal),
    memory: (signal) => attempt('/proc/meminfo', QUICK_MS, signal, async () => {
      const text = await readFile('/proc/meminfo', 'utf8');
      const bytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
      const [total, available] = [bytes('MemTotal'), bytes('MemAvailable')];
      if (!Number.isFinite(total) || !Number.isFinite(available)) throw garbage('/proc/meminfo');
      return { total, available };
    }),
    pending: (signal) => linuxPending(run, '', signal),
    devices: (disks, signal) => attempt('/sys/bus/usb/devices', QUICK_MS, signal, () => usbDevices('/sys', disks)),
    controllers: (signal) => attempt('/sys/bus/pci/devices', QUICK_MS, signal, () => raidControllers('/sys')),
    health: (disk, signal) => smartctl(run, disk, signal),
    rotational: (disk, signal) => {
      const path = `/sys/block/${basename(disk.path)}/queue/rotational`;
      return attempt(path, QUICK_MS, signal, async () => (await readFile(path, 'utf8')).trim() === '1');
    },
    activity: (disk, signal) => attempt('/proc/diskstats', ANSWER_MS, signal, async () => {
      if (disk.practice) throw new NotHere();
      return diskActivity(basename(await realpath(disk.path)), signal);
    }),
    answers: (disk, signal) => attempt(disk.path, ANSWER_MS, signal, async () => {
      if (practicePath(disk.id) !== null) return true as const;
      // What was written through a partition since, by a mount or a repair, is not in what the kernel keeps of the whole disk.
      await run('blockdev', ['--flushbufs', disk.path], { timeoutMs: QUICK_MS, signal }).catch(() => null);
      await outsideSource(disk).readInto(0, new Uint8Array(Math.min(disk.size, 4096)));
      return true as const;
    }),
    deviceOf: async (disk, partition) => (await blockView(disk)).nodesOf(partition)[0] ?? '',
    fragmentation: (volume, signal) => (volume.kind === 'ext4' && volume.mountPoints.length > 0 ? attempt('e4defrag -c', FRAGMENTS_MS + 1_000, signal, () => ext4Fragments(run, volume, FRAGMENTS_MS, signal)) : null),
    encryption: (volume, signal) => (volume.kind !== 'luks' || volume.device === '' ? null : attempt(volume.device, QUICK_MS, signal, async () => {
      const mapper = await openedAs(basename(await realpath(volume.device)));
      return { kind: 'luks' as const, state: 'encrypted' as const, percent: null, unlocked: mapper !== '', mapper };
    })),
    encryptsByPolicy: () => Promise.resolve(missing('unsupported', 'BitLocker')),
    runningWindows: () => null,
    holder: (port, signal) => attempt('/proc/net/udp', ANSWER_MS, signal, () => udpHolder(port)),
    reachable: (path, signal) => attempt(path, ANSWER_MS, signal, async () => {
      const mount = mountOf(path, await readMounts());
      // In a process of its own: in this one it would take a thread away from all others, and keep the program from ending.
      if (mount && mayHang(mount)) await run('stat', ['--', path], { timeoutMs: QUICK_MS, signal });
      return true as const;
    }),
    folder: (path, signal) => attempt('/proc/self/mountinfo', QUICK_MS, signal, async () => {
      const mount = mountOf(path, await readMounts());
      if (!mount) throw new NotHere(path);
      const network = NETWORK.test(mount.fileSystem) || (mayHang(mount) && !mount.fileSystem.startsWith('fuse'));
      return { kind: mount.fileSystem, maxFileBytes: FAT.test(mount.fileSystem) ? FAT_MAX_FILE : null, network };
    }),
    scan: (volume, signal) => attempt(`${volume.kind} ${volume.device}`, NO_TIMEOUT, signal, () => scanVolume(run, volume, signal)),
    dhcp: (signal) => attempt('DHCPDISCOVER, UDP 68', DHCP_MS, signal, () => dhcpServers(signal)),
  };
}

/** Longer than any scan takes; setTimeout knows no more. */
const NO_TIMEOUT = 2 ** 31 - 1;
