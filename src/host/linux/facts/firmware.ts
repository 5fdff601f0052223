import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from '../../facts/attempt.ts';
import type { FactSystem } from '../../facts/system.ts';

const QUICK_MS = 3_000;
const EFI = '/sys/firmware/efi';
const SECURE_BOOT = `${EFI}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
/** Four bytes of attributes stand before a variable's value. */
const VALUE = 4;

/** Which firmware started this machine. @param root empty, or a folder that stands in for `/` */
export async function linuxFirmware(root: string, signal: AbortSignal): ReturnType<FactSystem['firmware']> {
  const firmware = await attempt(EFI, QUICK_MS, signal, () => access(join(root || '/', EFI)).then(() => 'uefi' as const, () => 'bios' as const));
  const secureBoot = await attempt(SECURE_BOOT, QUICK_MS, signal, async () => (await readFile(join(root || '/', SECURE_BOOT)))[VALUE] === 1);
  return { firmware, secureBoot };
}
