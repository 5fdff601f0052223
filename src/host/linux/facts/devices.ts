import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExternalDevice } from '../../../../native-free-engine/index.ts';
import type { Disk } from '../../../contract/index.ts';
import { cleanText } from '../../facts.ts';
import { readBlockDevices } from '../sysfs.ts';

const MAX_DEVICES = 256;

/** Class codes of USB; see usb.org, "Defined Class Codes". The more telling of several comes first. */
const CLASSES: readonly (readonly [string, ExternalDevice['kind']])[] = [
  ['08', 'storage'], ['07', 'printer'], ['06', 'phone'], ['0e', 'camera'], ['02', 'network'], ['0a', 'network'], ['e0', 'network'], ['01', 'audio'], ['03', 'input'], ['09', 'hub'],
];

/** What hangs on USB and is not built in. @param root of sysfs */
export async function usbDevices(root: string, disks: readonly Pick<Disk, 'id' | 'path'>[]): Promise<ExternalDevice[]> {
  const folder = join(root, 'bus/usb/devices');
  const names = (await readdir(folder).catch(() => [])).slice(0, MAX_DEVICES * 8);
  const blocks = await readBlockDevices();
  const found: ExternalDevice[] = [];
  // `1-4.2` is a device, `1-4.2:1.0` one of its interfaces, `usb1` the controller.
  for (const name of names.filter((each) => /^\d+-[\d.]+$/.test(each)).slice(0, MAX_DEVICES)) {
    const text = async (file: string): Promise<string> => (await readFile(join(folder, name, file), 'utf8').catch(() => '')).trim();
    if ((await text('removable')) === 'fixed') continue;
    const interfaces = await Promise.all(names.filter((each) => each.startsWith(`${name}:`)).map(async (each) => (await readFile(join(folder, each, 'bInterfaceClass'), 'utf8').catch(() => '')).trim()));
    const classes = new Set([await text('bDeviceClass'), ...interfaces]);
    const kind = CLASSES.find(([code]) => classes.has(code))?.[1] ?? 'other';
    const path = await realpath(join(folder, name)).catch(() => '');
    const block = blocks.find(({ devicePath }) => path !== '' && devicePath.startsWith(`${path}/`));
    const label = cleanText(`${await text('manufacturer')} ${await text('product')}`) || `USB ${await text('idVendor')}:${await text('idProduct')}`;
    found.push({ name: label, kind, diskId: disks.find((disk) => block !== undefined && disk.path === `/dev/${block.name}`)?.id ?? null });
  }
  return found;
}

/** PCI controllers of class RAID: behind those of Intel (RST, VMD) NVMe disks hide. @param root of sysfs */
export async function raidControllers(root: string): Promise<string[]> {
  const folder = join(root, 'bus/pci/devices');
  const found: string[] = [];
  for (const name of (await readdir(folder)).slice(0, 4096)) {
    const text = async (file: string): Promise<string> => (await readFile(join(folder, name, file), 'utf8').catch(() => '')).trim();
    if (!(await text('class')).startsWith('0x0104')) continue;
    const [vendor, device] = [await text('vendor'), await text('device')];
    found.push(`${vendor === '0x8086' ? 'Intel RST/VMD' : 'RAID'} (${vendor.slice(2)}:${device.slice(2)})`);
  }
  return found;
}
