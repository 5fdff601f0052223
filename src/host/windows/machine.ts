import type { Machine } from '../../contract/index.ts';
import type { CommandRunner } from '../command.ts';
import { machineReader } from '../machine.ts';
import { powershell } from './powershell.ts';

const MACHINE_SCRIPT = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
$c = Get-CimInstance Win32_ComputerSystem | Select-Object Manufacturer, Model
$b = Get-CimInstance Win32_BIOS | Select-Object SerialNumber, Manufacturer, SMBIOSBIOSVersion, @{n='Date';e={ if ($_.ReleaseDate) { $_.ReleaseDate.ToString('yyyy-MM-dd') } }}
$o = Get-CimInstance Win32_OperatingSystem | Select-Object Caption, Version
ConvertTo-Json -Compress @{ maker = $c.Manufacturer; model = $c.Model; serial = $b.SerialNumber; bios = "$($b.Manufacturer) $($b.SMBIOSBIOSVersion) $($b.Date)"; uefi = "$env:firmware_type"; system = "$($o.Caption) $($o.Version)" }
`;

export const windowsMachine = (run: CommandRunner): (() => Promise<Machine | null>) => machineReader(async () => parseMachine(await powershell(run, MACHINE_SCRIPT)));

/** What the script says; nothing for what it does not. */
export function parseMachine(text: string): { maker: string; model: string; serial: string; firmware: string; system: string } {
  const found = JSON.parse(text) as Record<string, unknown>;
  const field = (name: string): string => (typeof found[name] === 'string' ? found[name].replace(/\s+/g, ' ').trim() : '');
  // Set for every process by Windows 8 and newer.
  const kind = field('uefi') === '' ? '' : field('uefi').toUpperCase() === 'LEGACY' ? 'BIOS' : 'UEFI';
  return { maker: field('maker'), model: field('model'), serial: field('serial'), firmware: [kind, field('bios')].filter((part) => part !== '').join(' '), system: field('system') };
}
