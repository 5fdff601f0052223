import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../../contract/index.ts';
import { machineReader } from '../machine.ts';

const DMI = '/sys/class/dmi/id';
const EFI = '/sys/firmware/efi';
const OS_RELEASE = '/etc/os-release';

/** The serial number is for root's eyes only; the rest anybody may read. */
export const linuxMachine = (dmi = DMI, efi = EFI, osRelease = OS_RELEASE): (() => Promise<Machine | null>) =>
  machineReader(async () => {
    const field = (name: string): Promise<string> => readFile(join(dmi, name), 'utf8').catch(() => '');
    const [maker, model, serial, biosVendor, biosVersion, biosDate, uefi, release] = await Promise.all([
      field('sys_vendor'), field('product_name'), field('product_serial'), field('bios_vendor'), field('bios_version'), field('bios_date'),
      access(efi).then(() => true, () => false), readFile(osRelease, 'utf8').catch(() => ''),
    ]);
    const version = [biosVendor, biosVersion, biosDate].map((part) => part.trim()).filter((part) => part !== '').join(' ');
    return { maker, model, serial, firmware: version === '' ? '' : `${uefi ? 'UEFI' : 'BIOS'} ${version}`, system: prettyName(release) };
  });

/** `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"` of os-release(5). */
export function prettyName(osRelease: string): string {
  const [, value = ''] = /^PRETTY_NAME=(.*)$/m.exec(osRelease) ?? [];
  return value.trim().replace(/^(["'])(.*)\1$/, '$2');
}
