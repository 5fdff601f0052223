import type { DiskFacts } from '../facts.ts';
import { nodeDevno } from './device-numbers.ts';
import { BlockGraph } from './graph.ts';
import { readMounts } from './snapshot.ts';
import { readBlockDevices, type SysBlock } from './sysfs.ts';

/** What device-mapper calls a volume that people see: the group's and the volume's own 32 characters. The hidden parts of others add a suffix. */
const VISIBLE_VOLUME = /^LVM-[A-Za-z0-9]{64}$/;

/** And what cryptsetup calls an encrypted volume that it opened. */
const OPENED_VOLUME = /^CRYPT-(LUKS[12]|BITLK)-/;

async function blockAt(path: string, sys: readonly SysBlock[]): Promise<SysBlock | null> {
  const devno = path.startsWith('/dev/') ? await nodeDevno(path) : null;
  return sys.find((block) => block.devno === devno) ?? null;
}

export async function isLogicalVolume(path: string): Promise<boolean> {
  return VISIBLE_VOLUME.test((await blockAt(path, await readBlockDevices()))?.dmUuid ?? '');
}

/** Where what is in an encrypted partition can be read, empty where it is not open. @param name of the partition in the kernel */
export async function openedAs(name: string): Promise<string> {
  const opened = (await readBlockDevices()).find(({ dmUuid, slaves }) => OPENED_VOLUME.test(dmUuid) && slaves.includes(name));
  return opened ? `/dev/mapper/${opened.dmName}` : '';
}

/** A logical volume, or an encrypted one that is open, by any of its names, as a disk that can be read and never be written. Null when the path names none. */
export async function logicalVolume(path: string): Promise<DiskFacts | null> {
  if (!path.startsWith('/dev/')) return null;
  const sys = await readBlockDevices();
  const block = await blockAt(path, sys);
  if (!block || !(VISIBLE_VOLUME.test(block.dmUuid) || OPENED_VOLUME.test(block.dmUuid))) return null;
  const mounts = (await readMounts()).map((mount) => ({ mountPoint: mount.mountPoint, devnos: [mount.devno] }));
  const mountPoints = new BlockGraph({ lsblk: [], sys, mounts, swaps: [], backing: new Map() }).mountPointsOn(block.name);
  const node = `/dev/mapper/${block.dmName}`;
  return {
    id: node, path: node, practice: false, model: block.dmName, serial: block.dmUuid, size: block.size, bus: 'unknown', removable: false, readOnly: block.readOnly,
    logicalSectorSize: block.logicalSectorSize, physicalSectorSize: block.physicalSectorSize, table: 'none',
    partitions: [{ number: 0, offset: 0, length: block.size, type: '', name: '', role: 'data', fileSystem: null, mountPoints, usedBytes: null, active: false }],
    uses: [{ kind: OPENED_VOLUME.test(block.dmUuid) ? 'encrypted-in-use' : 'lvm', where: block.dmName }], medium: true, optical: false, hotplug: false, soldered: false,
  };
}
