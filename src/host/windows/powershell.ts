import { outputOf, type CommandRunner } from '../command.ts';

/** PowerShell takes a script as base64 of UTF-16: nothing in it can be mistaken for an option or be quoted wrongly. */
export function encodeScript(script: string): string {
  return Buffer.from(script, 'utf16le').toString('base64');
}

/**
 * Runs one of our own constant scripts; what varies reaches it through standard input only.
 * @throws EngineError `tool-missing`, `tool-failed`
 */
export function powershell(run: CommandRunner, script: string, options: { readonly input?: string; readonly timeoutMs?: number } = {}): Promise<string> {
  return outputOf(run, 'powershell.exe', ['-NoProfile', '-NonInteractive', '-EncodedCommand', encodeScript(script)], options);
}

/** Disks, partitions, volumes, page files and the system drive as one JSON object. */
export const LIST_SCRIPT = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
$disks = @(Get-Disk | Select-Object Number, FriendlyName, SerialNumber, Size, @{n='BusType';e={"$($_.BusType)"}}, IsSystem, IsBoot, IsReadOnly, IsOffline, @{n='PartitionStyle';e={"$($_.PartitionStyle)"}}, LogicalSectorSize, PhysicalSectorSize)
$partitions = @(Get-Partition -ErrorAction SilentlyContinue | Select-Object DiskNumber, PartitionNumber, Offset, Size, GptType, MbrType, IsActive, IsSystem, IsBoot, @{n='AccessPaths';e={@($_.AccessPaths)}})
$volumes = @(Get-Volume -ErrorAction SilentlyContinue | Select-Object Path, FileSystem, FileSystemLabel, Size, SizeRemaining)
$pagefiles = @(Get-CimInstance Win32_PageFileUsage -ErrorAction SilentlyContinue | ForEach-Object { $_.Name })
ConvertTo-Json -Compress -Depth 4 @{ disks = $disks; partitions = $partitions; volumes = $volumes; pagefiles = $pagefiles; systemDrive = $env:SystemDrive }
`;

/** Ejects the volumes whose letters come in, one a line, as Explorer does. */
export const EJECT_SCRIPT = `
$ErrorActionPreference = 'Stop'
$shell = New-Object -ComObject Shell.Application
foreach ($letter in @($input)) {
  if ($letter -match '^[A-Z]:$') { $shell.NameSpace(17).ParseName($letter).InvokeVerb('Eject') }
}
Start-Sleep -Seconds 2
`;

/** Lets Windows look at all disks anew. */
export const RESCAN_SCRIPT = `Update-HostStorageCache`;
