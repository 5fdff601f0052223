import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { outputOf, runCommand } from './command.ts';
import { guarded } from './guarded.ts';
import type { Bus } from '../contract/index.ts';

/** The fields of drivelist's `Drive` that are used here. */
export interface DriveEntry {
  readonly device: string;
  readonly raw: string;
  readonly busType: string;
  readonly description: string;
  readonly size: number | null;
  readonly blockSize: number;
  readonly logicalBlockSize: number;
  readonly mountpoints: readonly { readonly path: string }[];
  readonly isReadOnly: boolean;
  readonly isRemovable: boolean;
  readonly isSystem: boolean;
  readonly isCard: boolean | null;
  readonly isUSB: boolean | null;
  readonly isVirtual: boolean | null;
}

/** What systeminformation's `diskLayout` adds. */
export interface LayoutEntry {
  readonly device: string;
  readonly name: string;
  readonly vendor: string;
  readonly serialNum: string;
  readonly interfaceType: string;
  readonly type: string;
}

/** A mounted volume, from node-disk-info. */
export interface VolumeEntry {
  readonly fileSystem: string;
  readonly mounted: string;
  readonly usedBytes: number;
}

const LIBRARY_TIMEOUT_MS = 5_000;
/** A question without an answer is put again after this. */
const HANG_MS = 30_000;

/** What drivelist lists, or null. */
export const drives = guarded(async (): Promise<readonly DriveEntry[]> => {
  if (process.platform === 'linux') {
    // drivelist's entry loads a native binding that its Linux half never uses and that is not there when packages are installed
    // without scripts. Of that half only what reads JSON: for anything else its list() has a reader that never ends when quotes do not.
    const { parse } = await import('drivelist/js/lsblk/json.js');
    return parse(await outputOf(runCommand, 'lsblk', ['--bytes', '--all', '--json', '--paths', '--output-all'], { timeoutMs: HANG_MS }));
  }
  const { list } = await import('drivelist');
  return list();
}, LIBRARY_TIMEOUT_MS);

/** Serial numbers, models and interface types by device, or null. */
export const layouts = guarded(async (): Promise<readonly LayoutEntry[]> => {
  const { diskLayout } = await import('systeminformation');
  return diskLayout();
}, LIBRARY_TIMEOUT_MS);

/**
 * node-disk-info waits for `df` without letting anything else run, and `df` hangs on a dead network drive:
 * it gets a process of its own that can be ended.
 */
const VOLUMES_SCRIPT = `
const { createRequire } = require('node:module');
const { getDiskInfoSync } = createRequire(process.argv[1])('node-disk-info');
process.stdout.write(JSON.stringify(getDiskInfoSync().map((d) => [d.filesystem, d.mounted, d.blocks, d.used, d.available])));
`;

/** Used space of mounted volumes, or null. */
export const volumes = guarded(async (): Promise<readonly VolumeEntry[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', VOLUMES_SCRIPT, import.meta.filename], {
    timeout: LIBRARY_TIMEOUT_MS - 1_000,
    killSignal: 'SIGKILL',
    maxBuffer: 4 * 1024 * 1024,
    windowsHide: true,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', LC_ALL: 'C' },
  });
  // `df` counts in units of 1024 bytes, Windows in bytes.
  const unit = process.platform === 'win32' ? 1 : 1024;
  return (JSON.parse(stdout) as [string, string, number, number, number][]).map(([fileSystem, mounted, , used]) => ({
    fileSystem, mounted, usedBytes: used * unit,
  }));
}, LIBRARY_TIMEOUT_MS);

const BUSES: Readonly<Record<string, Bus>> = {
  usb: 'usb', sd: 'sd', mmc: 'sd', sdcard: 'sd', 'secure digital': 'sd', nvme: 'nvme', pcie: 'nvme', 'pci-express': 'nvme', 'apple fabric': 'nvme',
  sata: 'sata', ata: 'ata', ide: 'ata', scsi: 'scsi', spi: 'scsi', fc: 'scsi', iscsi: 'scsi', raid: 'scsi', sas: 'sas', virtio: 'virtio',
};

/** A bus by any of the names that systems and libraries have for it. */
export function busNamed(name: unknown): Bus {
  return typeof name === 'string' ? (BUSES[name.trim().toLowerCase()] ?? 'unknown') : 'unknown';
}
