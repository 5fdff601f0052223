import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pciIds } from '../../../native-free-engine/index.ts';
import type { Hardware, HardwareDevice } from '../host.ts';

/** Mass storage and network controllers (PCI Code and ID Assignment). */
const STORAGE = 0x01;
const NETWORK = 0x02;

/** The PCI functions of this machine, as the kernel lists them. @param folder where; tests have their own */
export function createLinuxHardware(folder = '/sys/bus/pci/devices'): Hardware {
  return {
    async devices() {
      const names = await readdir(folder).catch(() => []);
      const found: HardwareDevice[] = [];
      for (const name of names.sort()) {
        const number = async (file: string): Promise<number> => Number((await readFile(join(folder, name, file), 'utf8').catch(() => '0')).trim()) || 0;
        const classCode = await number('class');
        const kind = classCode >> 16 === STORAGE ? 'storage' : classCode >> 16 === NETWORK ? 'network' : null;
        if (!kind) continue;
        const ids = pciIds({
          vendor: await number('vendor'), device: await number('device'), subsystemVendor: await number('subsystem_vendor'), subsystem: await number('subsystem_device'),
          revision: await number('revision'), classCode,
        });
        found.push({ kind, name, ids });
      }
      return found;
    },
  };
}
