import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { endProcess, spawnBound } from './process.ts';

export type Firmware = 'seabios' | 'ovmf';

/** The programs {@link bootFromStick} and {@link bootFromDisc} need, for `need()`. */
export const QEMU_TOOLS = ['qemu-system-x86_64', 'setpriv'];

const OVMF = '/usr/share/OVMF';

export interface BootRequest {
  /** A raw image or a block device; what the machine writes to it is thrown away. */
  readonly image: string;
  readonly firmware: Firmware;
  /** Ends the boot as soon as it appears on the serial console. */
  readonly marker: string;
  /** Far more than a busy machine takes: what boots ends by its marker. */
  readonly timeoutSeconds?: number;
  /** Sector size of the emulated stick. */
  readonly sectorSize?: 512 | 4096;
  /** What the BIOS writes on the screen comes over the serial console too. */
  readonly screen?: boolean;
}

export interface BootResult {
  readonly transcript: string;
  readonly seconds: number;
}

/**
 * Boots a virtual PC from an image on a USB stick until the marker appears on
 * its serial console. @throws Error with the end of the transcript when it does not
 */
export async function bootFromStick(lab: Lab, request: BootRequest): Promise<BootResult> {
  const sector = request.sectorSize ?? 512;
  return boot(lab, request, [
    '-drive', `if=none,id=stick,format=raw,snapshot=on,file.locking=off,file=${request.image}`,
    '-device', 'qemu-xhci',
    '-device', `usb-storage,drive=stick,bootindex=0,removable=on,logical_block_size=${sector},physical_block_size=${sector}`,
  ]);
}

/** The same from an ISO in a CD drive. */
export async function bootFromDisc(lab: Lab, request: Omit<BootRequest, 'sectorSize'>): Promise<BootResult> {
  return boot(lab, request, [
    '-drive', `if=none,id=disc,media=cdrom,format=raw,readonly=on,file.locking=off,file=${request.image}`,
    '-device', 'ide-cd,drive=disc,bootindex=0',
  ]);
}

async function boot(lab: Lab, request: BootRequest, drive: readonly string[]): Promise<BootResult> {
  const started = performance.now();
  const args = [
    // TCG always: where /dev/kvm exists inside another virtual machine a guest may hang on it.
    '-accel', 'tcg', '-machine', request.screen ? 'q35,graphics=off' : 'q35', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot',
    '-monitor', 'none', '-serial', 'stdio',
    ...(request.firmware === 'ovmf' ? await ovmf(lab) : []),
    ...drive,
  ];
  const machine = spawnBound('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  lab.defer(() => endProcess(machine));
  let transcript = '';
  let complaints = '';
  const timeoutSeconds = request.timeoutSeconds ?? 240;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => reject(new Error(`${request.firmware}: ${reason}\n${complaints}${transcript.slice(-2000)}`));
      const timer = setTimeout(() => fail(`no "${request.marker}" within ${timeoutSeconds} s`), timeoutSeconds * 1000);
      machine.once('error', (error) => fail(error.message));
      machine.stderr?.on('data', (data: Buffer) => (complaints += data.toString()));
      machine.stdout?.on('data', (data: Buffer) => {
        transcript += data.toString('latin1');
        if (transcript.includes(request.marker)) resolve();
      });
      machine.once('close', () => fail('the machine stopped'));
      machine.once('close', () => clearTimeout(timer));
    });
  } finally {
    await endProcess(machine);
  }
  return { transcript, seconds: (performance.now() - started) / 1000 };
}

/** The firmware with memory of its own: another boot must not find what this one left there. */
export async function ovmf(lab: Lab): Promise<string[]> {
  const variables = join(lab.folder, 'ovmf-variables.fd');
  await copyFile(join(OVMF, 'OVMF_VARS_4M.fd'), variables);
  return [
    '-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${join(OVMF, 'OVMF_CODE_4M.fd')}`,
    '-drive', `if=pflash,unit=1,format=raw,file=${variables}`,
  ];
}
