import { z } from 'zod';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { powershell } from './powershell.ts';

/** Freezing a busy volume's programs takes up to a minute; see "VSS_E_FLUSH_WRITES_TIMEOUT". */
const CREATE_TIMEOUT_MS = 180_000;
const TIMEOUT_MS = 60_000;

const PREAMBLE = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
$request = (@($input) -join "\`n") | ConvertFrom-Json
`;

/**
 * Makes a shadow copy of the volume at `offset` of disk `disk`, both numbers.
 * "Win32_ShadowCopy.Create": context ClientAccessible is the one that Windows' own provider offers to everybody;
 * such a copy stays until it is removed, also over a restart.
 */
export const CREATE_SHADOW_SCRIPT = `${PREAMBLE}
$partition = @(Get-Partition -DiskNumber ([int]$request.disk) | Where-Object { [int64]$_.Offset -eq [int64]$request.offset })[0]
if ($null -eq $partition) { ConvertTo-Json -Compress @{ code = 3; id = ''; device = ''; size = 0 }; exit 0 }
$volume = @($partition.AccessPaths | Where-Object { $_ -match '^\\\\\\\\\\?\\\\Volume\\{[0-9a-fA-F-]{36}\\}\\\\$' })[0]
if ($null -eq $volume) { ConvertTo-Json -Compress @{ code = 3; id = ''; device = ''; size = 0 }; exit 0 }
$made = Invoke-CimMethod -ClassName Win32_ShadowCopy -MethodName Create -Arguments @{ Volume = $volume; Context = 'ClientAccessible' }
$copy = $null
if ($made.ReturnValue -eq 0) { $copy = Get-CimInstance Win32_ShadowCopy | Where-Object { $_.ID -eq $made.ShadowID } }
ConvertTo-Json -Compress @{ code = [int]$made.ReturnValue; id = "$($made.ShadowID)"; device = "$($copy.DeviceObject)"; size = [int64]$partition.Size }
`;

/** Which of the shadow copies in `ids` are there. */
export const LIST_SHADOWS_SCRIPT = `${PREAMBLE}
$there = @(Get-CimInstance Win32_ShadowCopy | Where-Object { @($request.ids) -contains $_.ID } | ForEach-Object { "$($_.ID)" })
ConvertTo-Json -Compress @{ ids = $there }
`;

/** Removes the shadow copies in `ids` and no other. */
export const REMOVE_SHADOWS_SCRIPT = `${PREAMBLE}
Get-CimInstance Win32_ShadowCopy | Where-Object { @($request.ids) -contains $_.ID } | Remove-CimInstance
ConvertTo-Json -Compress @{ ids = @() }
`;

export const SHADOW_ID = /^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$/;
const DEVICE = /^\\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy\d{1,9}$/i;

/** "Return value" of Win32_ShadowCopy.Create. */
const REASONS: Readonly<Record<number, string>> = {
  1: 'access denied', 2: 'invalid argument', 3: 'volume not found', 4: 'volume not supported', 5: 'context not supported', 6: 'insufficient storage', 7: 'volume in use',
  8: 'maximum number of shadow copies reached', 9: 'another shadow copy is being made', 10: 'the provider refused', 11: 'provider not registered', 12: 'provider failure', 13: 'unknown error',
};

export interface ShadowCopy {
  /** `{GUID}` */
  readonly id: string;
  /** Opened like a disk. */
  readonly device: string;
  /** Bytes. */
  readonly size: number;
}

const createdSchema = z.object({ code: z.int(), id: z.string().nullable(), device: z.string().nullable(), size: z.number().nullable() });
// PowerShell 5 writes a list of one as the thing itself.
const listSchema = z.object({ ids: z.union([z.array(z.string()), z.string(), z.null()]) });

/** What the creating script printed. @throws EngineError `snapshot-failed`, `rights-needed` */
export function parseCreated(json: string, volume: string): ShadowCopy {
  const failed = (detail: string, cause?: unknown): EngineError => new EngineError('snapshot-failed', { volume, detail }, { cause });
  let made: z.infer<typeof createdSchema>;
  try {
    made = createdSchema.parse(JSON.parse(json));
  } catch (error) {
    throw failed('no answer', error);
  }
  if (made.code === 1) throw new EngineError('rights-needed', { path: volume });
  if (made.code !== 0) throw failed(REASONS[made.code] ?? `error ${made.code}`);
  const { id, device, size } = made;
  if (id === null || device === null || !SHADOW_ID.test(id) || !DEVICE.test(device) || size === null || size <= 0) throw failed('an answer that makes no sense');
  return { id, device, size };
}

/** @throws SyntaxError, ZodError */
export function parseShadowIds(json: string): string[] {
  const { ids } = listSchema.parse(JSON.parse(json));
  return (Array.isArray(ids) ? ids : [ids]).filter((id): id is string => typeof id === 'string' && SHADOW_ID.test(id));
}

/** @throws EngineError `snapshot-failed`, `rights-needed` */
export async function createShadow(run: CommandRunner, disk: number, offset: number, volume: string): Promise<ShadowCopy> {
  let json: string;
  try {
    json = await powershell(run, CREATE_SHADOW_SCRIPT, { input: JSON.stringify({ disk, offset }), timeoutMs: CREATE_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof EngineError && /denied/i.test(String(error.params['detail'] ?? ''))) throw new EngineError('rights-needed', { path: volume }, { cause: error });
    throw new EngineError('snapshot-failed', { volume }, { cause: error });
  }
  return parseCreated(json, volume);
}

export async function shadowsThere(run: CommandRunner, ids: readonly string[]): Promise<string[]> {
  return parseShadowIds(await powershell(run, LIST_SHADOWS_SCRIPT, { input: JSON.stringify({ ids }), timeoutMs: TIMEOUT_MS }));
}

export async function removeShadows(run: CommandRunner, ids: readonly string[]): Promise<void> {
  await powershell(run, REMOVE_SHADOWS_SCRIPT, { input: JSON.stringify({ ids }), timeoutMs: TIMEOUT_MS });
}
