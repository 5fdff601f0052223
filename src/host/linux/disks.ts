import { access, constants, readFile, realpath } from 'node:fs/promises';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { DiskSystem } from '../disks.ts';
import type { DiskUse } from '../facts.ts';
import { practiceId } from '../practice.ts';
import { assemble } from './assemble.ts';
import { devicesUnderMount, devicesUnderPath, nodeDevno } from './device-numbers.ts';
import { logicalVolume } from './lvm-volume.ts';
import { outsideSource } from './outside-read.ts';
import { readSwaps, identityOf, loopsOn, readMounts, snapshotReader } from './snapshot.ts';
import { readBlockDevices } from './sysfs.ts';

/** The disks of a Linux system. */
export function createLinuxDisks(run: CommandRunner): DiskSystem {
  const read = snapshotReader(run);
  return {
    async read(options) {
      const snapshot = await read(options);
      if (snapshot.sys.length === 0 && !snapshot.lsblk && !snapshot.drives) {
        throw new EngineError('disk-list-failed', { detail: 'no-list /sys, lsblk, drivelist' });
      }
      return assemble(snapshot);
    },

    async fingerprint() {
      const [sys, mounts, swaps] = await Promise.all([
        readBlockDevices(), readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), readFile('/proc/swaps', 'utf8').catch(() => ''),
      ]);
      // How much of a swap is used changes all the time and means nothing here.
      return JSON.stringify([sys, mounts, swaps.replace(/\t.*/g, '')]);
    },

    async practiceUses(path) {
      const uses: DiskUse[] = (await loopsOn(path, await readBlockDevices(), await readMounts())).map((where) => ({ kind: 'in-use', where }));
      const own = await identityOf(path);
      for (const swap of await readSwaps()) if (own !== null && (await identityOf(swap)) === own) uses.push({ kind: 'swap', where: swap });
      return uses;
    },

    async holding(path, { below = false } = {}) {
      const [snapshot, mounts, real] = await Promise.all([read({ quick: true }), readMounts(), realpath(path).catch(() => null)]);
      const { graph } = assemble(snapshot);
      const own = real === null ? null : await nodeDevno(real);
      const inside = below && real !== null ? mounts.filter(({ mountPoint }) => mountPoint.startsWith(real === '/' ? real : `${real}/`)) : [];
      const mounted = (await Promise.all(inside.map((mount) => devicesUnderMount(mount, mounts)))).flat();
      const under = graph.disksUnder(own === null ? [...new Set([...(await devicesUnderPath(path, mounts)), ...mounted])] : [own]);
      // The file may be a disk itself, by being a practice disk or by standing behind a loop device.
      const loops = real === null || own !== null ? [] : await loopsOn(real, snapshot.sys, mounts);
      const itself = real === null || own !== null ? [] : [practiceId(real)];
      return [...new Set([...itself, ...[...loops, ...under].map((name) => `/dev/${name.replaceAll('!', '/')}`)])];
    },

    numberOf: () => null,
    firstFreeNumber: 0,
    devicePath: (path) => path,
    async look(disk) {
      await access(disk.path, constants.R_OK).catch((cause: unknown) => {
        throw new EngineError('rights-needed', { path: disk.path }, { cause });
      });
      return outsideSource(disk);
    },
    volume: logicalVolume,
  };
}
