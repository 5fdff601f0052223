import { z } from 'zod';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { Hardware, HardwareDevice } from '../host.ts';
import { powershell } from './powershell.ts';

const TIMEOUT_MS = 60_000;

/** Devices that are there, with their IDs, the most telling one first. */
const DEVICES_SCRIPT = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
$devices = @(Get-PnpDevice -PresentOnly | Where-Object { $_.InstanceId -match '^(PCI|USB)\\\\' -and ($_.Class -in 'Net', 'SCSIAdapter', 'HDC' -or -not $_.Class) } | ForEach-Object {
  @{ name = "$($_.FriendlyName)"; class = "$($_.Class)"; ids = @(@($_.HardwareID) + @($_.CompatibleID) | Where-Object { $_ }) }
})
ConvertTo-Json -Compress -Depth 4 @{ devices = $devices }
`;

const answerSchema = z.object({
  devices: z.array(z.object({ name: z.string(), class: z.string(), ids: z.array(z.string()) })),
});

export function createWindowsHardware(run: CommandRunner): Hardware {
  return {
    async devices() {
      return parseDevices(await powershell(run, DEVICES_SCRIPT, { timeoutMs: TIMEOUT_MS }));
    },
  };
}

/** @throws EngineError `tool-failed` when PowerShell printed something else */
export function parseDevices(json: string): HardwareDevice[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new EngineError('tool-failed', { tool: 'powershell.exe', detail: 'odd-answer' }, { cause: error });
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) throw new EngineError('tool-failed', { tool: 'powershell.exe', detail: parsed.error.issues[0]?.path.join('.') ?? '' });
  return parsed.data.devices.filter(({ ids }) => ids.length > 0).map(({ name, class: className, ids }) => ({
    name,
    // A device with no driver has no class; its IDs still name PCI's.
    kind: /^net$/i.test(className) || ids.some((id) => /^PCI\\(?:VEN_[0-9A-F]{4}&)?CC_02/i.test(id)) ? 'network' : /^(?:scsiadapter|hdc)$/i.test(className) || ids.some((id) => /^PCI\\(?:VEN_[0-9A-F]{4}&)?CC_01/i.test(id)) ? 'storage' : 'unknown',
    ids: ids.map((id) => id.toUpperCase()),
  }));
}
