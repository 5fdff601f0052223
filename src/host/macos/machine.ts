import type { Machine } from '../../contract/index.ts';
import { outputOf, type CommandRunner } from '../command.ts';
import { machineReader } from '../machine.ts';

export const macMachine = (run: CommandRunner): (() => Promise<Machine | null>) =>
  machineReader(async () => {
    const [hardware, version] = await Promise.all([
      outputOf(run, 'system_profiler', ['-json', 'SPHardwareDataType']).catch(() => '{}'), outputOf(run, 'sw_vers', ['-productVersion']).catch(() => ''),
    ]);
    return { ...parseHardware(hardware), system: version.trim() === '' ? '' : `macOS ${version.trim()}` };
  });

/** Of `system_profiler -json SPHardwareDataType`. */
export function parseHardware(text: string): { maker: string; model: string; serial: string; firmware: string } {
  const [found = {}] = (JSON.parse(text) as { SPHardwareDataType?: Record<string, unknown>[] }).SPHardwareDataType ?? [];
  const field = (name: string): string => (typeof found[name] === 'string' ? found[name] : '');
  const [name, model, firmware] = [field('machine_name'), field('machine_model'), field('boot_rom_version')];
  return { maker: 'Apple', model: [name, model === '' ? '' : `(${model})`].filter((part) => part !== '').join(' '), serial: field('serial_number'), firmware };
}
