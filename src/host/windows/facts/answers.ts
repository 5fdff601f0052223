import { EngineError, type DiskActivity, type Encryption, type ExternalDevice, type Fragmentation, type PendingProbe, type PortHolder, type PowerSupply, type SmartHealth, type FileSystemScan } from '../../../../native-free-engine/index.ts';
import { at, garbage, listOf, NotHere, numberAt, parsed, textAt } from '../../facts/attempt.ts';

const TOOL = 'PowerShell';

/** Identifiers of errors: WMI's own codes, and those of PowerShell. */
const DENIED = /UnauthorizedAccess|PermissionDenied|0x80041003|0x80070005|AccessDenied/i;
const ABSENT = /0x80041010|0x8004100e|NoSuchDisk|NoSuchVolume/i;

/**
 * The values of an answer of one of our scripts.
 * @throws EngineError `rights-needed` also where PowerShell is held to its constrained language, `tool-missing` for a command that this
 *   Windows does not have, `tool-failed`; NotHere
 */
export function valuesOf(text: string): unknown[] {
  const answer = parsed(TOOL, text.trim());
  if (Object.hasOwn(answer, 'value')) return listOf(answer['value']);
  const [error, message, mode] = [textAt(answer, 'error'), textAt(answer, 'message'), textAt(answer, 'mode')];
  if (error === '' && message === '') throw garbage(TOOL);
  if (mode !== '' && mode !== 'FullLanguage') throw new EngineError('rights-needed', { path: TOOL, detail: mode });
  if (DENIED.test(error)) throw new EngineError('rights-needed', { path: TOOL, detail: message });
  if (/CommandNotFound/.test(error)) throw new EngineError('tool-missing', { tool: TOOL });
  if (ABSENT.test(error)) throw new NotHere(message);
  throw new EngineError('tool-failed', { tool: TOOL, detail: `${error}: ${message}`.slice(0, 300) });
}

const textsAt = (value: unknown, key: string): string[] => listOf(at(value, key)).filter((each): each is string => typeof each === 'string' && each !== '').slice(0, 50);

/** Win32_Battery.BatteryStatus: 1 discharging, 2 on mains, 3 full, 4 low, 5 critical, 6 to 9 charging, 11 partly charged. */
export function batteriesOf(values: readonly unknown[]): PowerSupply[] {
  return values.map((value): PowerSupply => {
    const status = numberAt(value, 'BatteryStatus');
    if (status === null) throw garbage('Win32_Battery');
    const name = textAt(value, 'Name') || textAt(value, 'DeviceID') || 'battery';
    const draining = status === 1 || status === 4 || status === 5;
    const minutes = numberAt(value, 'EstimatedRunTime');
    return {
      name, kind: /ups|uninterrupt/i.test(`${name} ${textAt(value, 'DeviceID')}`) ? 'ups' : 'battery', online: null, charge: numberAt(value, 'EstimatedChargeRemaining'),
      state: draining ? 'discharging' : status >= 6 && status <= 9 ? 'charging' : status === 2 || status === 3 ? 'full' : 'unknown',
      // On mains it says some 71 million.
      minutesLeft: draining && minutes !== null && minutes < 100_000 ? minutes : null,
    };
  });
}

export function firmwareOf([value]: readonly unknown[]): 'uefi' | 'bios' {
  const type = numberAt(value, 'type');
  if (type !== 1 && type !== 2) throw new NotHere('PEFirmwareType');
  return type === 2 ? 'uefi' : 'bios';
}

export function secureBootOf([value]: readonly unknown[]): boolean {
  const enabled = numberAt(value, 'secureBoot');
  if (enabled === null) throw new NotHere('UEFISecureBootEnabled');
  return enabled === 1;
}

const PENDING_KEYS = { 'reboot': 'reboot', 'updates': 'updates', 'file-renames': 'renames', 'computer-name': 'names', 'domain-join': 'domain', 'installer': 'installers' } as const satisfies Record<PendingProbe['probe'], string>;

export function pendingOf([value]: readonly unknown[]): { readonly probe: PendingProbe['probe']; readonly what: string[] }[] {
  if (typeof value !== 'object' || value === null) throw garbage(TOOL);
  return Object.entries(PENDING_KEYS).map(([probe, key]) => ({ probe: probe as PendingProbe['probe'], what: textsAt(value, key).map((path) => path.replace(/^[*!]?\d*\\\?\?\\/, '')) }));
}

/** Setup classes of devices, the same in every language. */
const CLASSES: Readonly<Record<string, ExternalDevice['kind']>> = {
  diskdrive: 'storage', cdrom: 'storage', printer: 'printer', net: 'network', bluetooth: 'network', modem: 'network', wpd: 'phone', image: 'camera', camera: 'camera', media: 'audio', audioendpoint: 'audio',
  hidclass: 'input', keyboard: 'input', mouse: 'input', usb: 'hub',
};

export function devicesOf(values: readonly unknown[], driveId: (index: number) => string): ExternalDevice[] {
  return values.flatMap((value): ExternalDevice[] => {
    const kind = CLASSES[textAt(value, 'class').toLowerCase()] ?? 'other';
    const drive = numberAt(value, 'drive');
    const name = textAt(value, 'name') || textAt(value, 'id');
    return name === '' ? [] : [{ name, kind, diskId: drive === null ? null : driveId(drive) }];
  });
}

export function healthOf([value]: readonly unknown[]): SmartHealth {
  const health = textAt(value, 'health');
  if (health === '') throw garbage('Get-PhysicalDisk');
  const media = textAt(value, 'media');
  const predicts = at(value, 'predicts');
  return {
    passed: predicts === true || health === 'Unhealthy' || health === 'Warning' ? false : health === 'Healthy' ? true : null,
    rotational: media === 'HDD' ? true : media === 'SSD' || media === 'SCM' ? false : null,
    temperature: positive(numberAt(value, 'temperature')), powerOnHours: positive(numberAt(value, 'hours')),
    reallocated: null, reportedUncorrectable: numberAt(value, 'uncorrected'), commandTimeouts: null, pending: null, offlineUncorrectable: null,
    criticalWarning: null, percentageUsed: numberAt(value, 'wear'), mediaErrors: null, availableSpare: null, spareThreshold: null,
  };
}

/** Windows gives zero where it does not know. */
const positive = (value: number | null): number | null => (value === 0 ? null : value);

export function activityOf([value]: readonly unknown[]): DiskActivity {
  const [ticks, idle, bytes] = [numberAt(value, 'ticks'), numberAt(value, 'idle'), numberAt(value, 'bytes')];
  if (ticks === null || idle === null || bytes === null || ticks <= 0) throw garbage('Win32_PerfRawData_PerfDisk_PhysicalDisk');
  return { seconds: Math.round(ticks / 1e7), busy: Math.min(100, Math.max(0, Math.round(100 - (idle / ticks) * 100))), bytesPerSecond: Math.max(0, (bytes * 1e7) / ticks) };
}

export function fragmentsOf([value]: readonly unknown[]): Fragmentation {
  const [files, fragmentedFiles, excess] = [numberAt(value, 'TotalFiles'), numberAt(value, 'TotalFragmentedFiles'), numberAt(value, 'TotalExcessFragments')];
  if (files === null || fragmentedFiles === null || excess === null) throw garbage('DefragAnalysis');
  return { files, fragmentedFiles, fragments: files + excess, share: 1 };
}

/** Win32_EncryptableVolume.GetConversionStatus: 0 plain, 1 encrypted, 2 encrypting, 3 decrypting, 4 and 5 paused; ProtectionStatus 2: locked. */
const CONVERSIONS = ['off', 'encrypted', 'encrypting', 'decrypting', 'paused', 'paused'] as const;

/** @param letter `C:` @throws NotHere when BitLocker does not know the volume */
export function encryptionOf(values: readonly unknown[], letter: string): Encryption {
  const value = values.find((each) => textAt(each, 'letter').toUpperCase() === letter.toUpperCase());
  if (value === undefined) throw new NotHere(letter);
  const protection = numberAt(value, 'protection');
  if (protection === 2) return { kind: 'bitlocker', state: 'encrypted', percent: null, unlocked: false };
  const state = CONVERSIONS[numberAt(value, 'conversion') ?? -1];
  if (!state) throw garbage('Win32_EncryptableVolume');
  if (state === 'off') return { kind: 'none', state, percent: 0, unlocked: true };
  return { kind: 'bitlocker', state: state === 'encrypted' && protection === 0 ? 'suspended' : state, percent: numberAt(value, 'percent'), unlocked: true };
}

export function holderOf([value]: readonly unknown[]): PortHolder | null {
  return value === undefined ? null : { process: textAt(value, 'name'), pid: numberAt(value, 'pid'), address: textAt(value, 'address') };
}

const FAT_MAX_FILE = 2 ** 32 - 1;
const NETWORK_DRIVE = 4;

export function folderOf([value]: readonly unknown[]): { kind: string; maxFileBytes: number | null; network: boolean } {
  const kind = textAt(value, 'FileSystem');
  if (kind === '') throw new NotHere();
  return { kind, maxFileBytes: /^FAT/i.test(kind) ? FAT_MAX_FILE : null, network: numberAt(value, 'DriveType') === NETWORK_DRIVE };
}

/** What Repair-Volume -Scan returns. */
export function scanOf([value]: readonly unknown[]): FileSystemScan {
  const status = textAt(value, 'status');
  if (status === 'NoErrorsFound') return { clean: true, lines: [] };
  if (status === '' || status === 'RepairFailed') throw new EngineError('tool-failed', { tool: 'Repair-Volume', detail: status || 'odd-answer' });
  return { clean: false, lines: [status] };
}
