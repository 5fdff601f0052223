import { readSpeech, type DiskSpeaks } from './boot-disk-system.ts';
import type { Lab } from './lab.ts';
import { endProcess, spawnBound } from './process.ts';
import { ovmf, type Firmware } from './qemu.ts';

export interface DiskBootRequest {
  /** A disk image or a block device; what the machine writes to it is thrown away. */
  readonly image: string;
  readonly format: 'raw' | 'qcow2';
  readonly firmware: Firmware;
  readonly timeoutSeconds?: number;
}

/**
 * Boots a virtual PC from its only disk until the system on it shuts the machine down, and gives what the system said.
 * @throws Error with the end of what stood on the serial console when it did not
 */
export async function bootFromDisk(lab: Lab, { image, format, firmware, timeoutSeconds = 300 }: DiskBootRequest): Promise<DiskSpeaks> {
  const args = [
    // TCG always: where /dev/kvm exists inside another virtual machine a guest may hang on it.
    '-accel', 'tcg', '-machine', 'q35', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot', '-monitor', 'none', '-serial', 'stdio',
    ...(firmware === 'ovmf' ? await ovmf(lab) : []),
    '-drive', `if=none,id=disk,format=${format},snapshot=on,file.locking=off,file=${image}`,
    '-device', 'virtio-blk-pci,drive=disk,bootindex=0',
  ];
  const machine = spawnBound('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  lab.defer(() => endProcess(machine));
  let transcript = '';
  machine.stdout?.on('data', (data: Buffer) => (transcript += data.toString('latin1')));
  machine.stderr?.on('data', (data: Buffer) => (transcript += data.toString()));
  const timer = setTimeout(() => void endProcess(machine), timeoutSeconds * 1000);
  try {
    await new Promise<void>((resolve, reject) => {
      machine.once('error', reject);
      machine.once('close', resolve);
    });
  } finally {
    clearTimeout(timer);
  }
  return readSpeech(transcript);
}
