import type { CommandRunner } from '../command.ts';
import type { PowerControl } from '../host.ts';
import { heldProgram, onlyChanges } from '../power.ts';
import { encodeScript } from './powershell.ts';

/**
 * Says `1` (on battery) or `2` (on mains) every three seconds; without a battery it ends at once. BatteryStatus 1 is discharging, 4 and 5 are
 * low and critical, which only a discharging battery is. Writing to a pipe that nobody reads any more ends it.
 */
export const MAINS_SCRIPT = `
$ErrorActionPreference = 'Stop'
while ($true) {
  $states = @(Get-CimInstance -ClassName Win32_Battery | ForEach-Object { [int]$_.BatteryStatus })
  if ($states.Count -eq 0) { exit }
  if (@($states | Where-Object { $_ -in 1, 4, 5 }).Count -gt 0) { '1' } else { '2' }
  Start-Sleep -Seconds 3
}
`;

/** ES_CONTINUOUS | ES_SYSTEM_REQUIRED for as long as standard input stays open. */
export const AWAKE_SCRIPT = `
$ErrorActionPreference = 'Stop'
$power = Add-Type -PassThru -Namespace Werkbank -Name Power -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint flags);'
[void]$power::SetThreadExecutionState([uint32]2147483649)
[void][Console]::In.ReadToEnd()
`;

export function createWindowsPower(run: CommandRunner): PowerControl {
  const start = (script: string, onOutput?: (text: string) => void): (() => void) =>
    heldProgram(run, 'powershell.exe', ['-NoProfile', '-NonInteractive', '-EncodedCommand', encodeScript(script)], onOutput);
  return {
    watchMains(listener) {
      const tell = onlyChanges(listener);
      return start(MAINS_SCRIPT, (text) => {
        const last = text.match(/[12]/g)?.at(-1);
        if (last !== undefined) tell(last === '2');
      });
    },
    keepAwake: () => start(AWAKE_SCRIPT),
  };
}
