import { freemem, totalmem } from 'node:os';
import { known, missing, type Fact, type SmartHealth } from '../../../../native-free-engine/index.ts';
import type { Disk } from '../../../contract/index.ts';
import type { CommandRunner } from '../../command.ts';
import { attempt, NotHere, numberAt, textAt } from '../../facts/attempt.ts';
import { DHCP_MS, dhcpServers } from '../../facts/dhcp-servers.ts';
import { smartctl } from '../../facts/smart.ts';
import type { FactSystem, RunningWindows } from '../../facts/system.ts';
import { driveNumber, drivePath } from '../parse.ts';
import { powershell } from '../powershell.ts';
import {
  activityOf, batteriesOf, devicesOf, encryptionOf, firmwareOf, folderOf, fragmentsOf, healthOf, holderOf, pendingOf, scanOf, secureBootOf, valuesOf,
} from './answers.ts';
import { ACTIVITY, BATTERIES, CONTROLLERS, DEVICES, ENCRYPTION, ENCRYPTION_POLICY, FIRMWARE, FOLDER, FRAGMENTS, HEALTH, PENDING, PORT, RUNNING, SCAN } from './scripts.ts';

const QUICK_MS = 8_000;
const HEALTH_MS = 12_000;
const FRAGMENTS_MS = 18_000;
/** Longer than any scan takes; setTimeout knows no more. */
const NO_TIMEOUT = 2 ** 31 - 1;
const LETTER = /^([A-Z]):/i;

/** Facts about a Windows machine: PowerShell answers in JSON, each question a process of its own. */
export function createWindowsFacts(run: CommandRunner): FactSystem {
  const ask = <T>(from: string, script: string, signal: AbortSignal, take: (values: unknown[]) => T, options: { input?: string; timeoutMs?: number } = {}): Promise<Fact<T>> => {
    const timeoutMs = options.timeoutMs ?? QUICK_MS;
    return attempt(from, timeoutMs, signal, async () => take(valuesOf(await powershell(run, script, { timeoutMs: timeoutMs - 250, ...(options.input === undefined ? {} : { input: options.input }) }))));
  };
  const numbered = (disk: Disk): string => {
    const number = driveNumber(disk.path);
    if (number === null) throw new NotHere(disk.path);
    return String(number);
  };
  const health = async (disk: Disk, signal: AbortSignal): Promise<Fact<SmartHealth>> => {
    const number = driveNumber(disk.path);
    if (number === null) return missing('unsupported', disk.path);
    const own = await smartctl(run, { path: `/dev/pd${number}`, bus: disk.bus }, signal);
    // Windows itself says less, and is there on every machine.
    return own.known ? own : ask('Get-StorageReliabilityCounter', HEALTH, signal, healthOf, { input: String(number), timeoutMs: HEALTH_MS });
  };

  return {
    name: 'windows',
    power: (signal) => ask('Win32_Battery', BATTERIES, signal, batteriesOf),
    synchronised: () => Promise.resolve(missing('unsupported', 'w32tm')),
    async firmware(signal) {
      const answer = await ask('HKLM\\SYSTEM\\CurrentControlSet\\Control', FIRMWARE, signal, (values) => values);
      if (!answer.known) return { firmware: answer, secureBoot: answer };
      const [firmware, secureBoot] = await Promise.all([
        attempt('PEFirmwareType', QUICK_MS, signal, () => Promise.resolve().then(() => firmwareOf(answer.value))), attempt('UEFISecureBootEnabled', QUICK_MS, signal, () => Promise.resolve().then(() => secureBootOf(answer.value))),
      ]);
      return { firmware, secureBoot };
    },
    memory: () => Promise.resolve(known({ total: totalmem(), available: freemem() }, 'GlobalMemoryStatusEx')),
    async pending(signal) {
      const answer = await ask('registry, Get-Process', PENDING, signal, pendingOf);
      if (!answer.known) return [{ probe: 'updates', found: answer }];
      return answer.value.map(({ probe, what }) => ({ probe, found: known(what, answer.from) }));
    },
    devices: (_disks, signal) => ask('Get-PnpDevice', DEVICES, signal, (values) => devicesOf(values, drivePath)),
    controllers: (signal) => ask('Win32_PnPEntity', CONTROLLERS, signal, (values) => values.filter((value): value is string => typeof value === 'string')),
    health,
    async rotational(disk, signal) {
      const fact = await health(disk, signal);
      if (!fact.known) return fact;
      return fact.value.rotational === null ? missing('unsupported', fact.from) : known(fact.value.rotational, fact.from);
    },
    activity: (disk, signal) => (driveNumber(disk.path) === null ? Promise.resolve(missing('unsupported', disk.path)) : ask('Win32_PerfRawData_PerfDisk_PhysicalDisk', ACTIVITY, signal, activityOf, { input: numbered(disk) })),
    answers: (disk) => Promise.resolve(known(true as const, disk.path)),
    reachable: (path) => Promise.resolve(known(true as const, path)),
    deviceOf: (_disk, partition) => Promise.resolve(partition.mountPoints.map((path) => LETTER.exec(path)?.[0] ?? '').find((letter) => letter !== '') ?? ''),
    fragmentation: (volume, signal) => (LETTER.test(volume.device) ? ask('Win32_Volume.DefragAnalysis', FRAGMENTS, signal, fragmentsOf, { input: volume.device, timeoutMs: FRAGMENTS_MS }) : null),
    encryption: (volume, signal) => (LETTER.test(volume.device) ? ask('Win32_EncryptableVolume', ENCRYPTION, signal, (values) => encryptionOf(values, volume.device)) : null),
    encryptsByPolicy: (signal) => ask('RequireDeviceEncryption', ENCRYPTION_POLICY, signal, ([value]) => numberAt(value, 'required') === 1),
    runningWindows: (signal) => runningWindows(ask('registry', RUNNING, signal, ([value]) => value)),
    holder: (port, signal) => ask('Get-NetUDPEndpoint', PORT, signal, holderOf, { input: String(port) }),
    folder(path, signal) {
      if (path.startsWith('\\\\')) return Promise.resolve(known({ kind: 'SMB', maxFileBytes: null, network: true }, path));
      const letter = LETTER.exec(path)?.[0];
      return letter === undefined ? Promise.resolve(missing('unsupported', path)) : ask('Win32_LogicalDisk', FOLDER, signal, folderOf, { input: letter });
    },
    scan: (volume, signal) => {
      const letter = LETTER.exec(volume.device)?.[1];
      return letter === undefined ? Promise.resolve(missing('unsupported', 'Repair-Volume')) : ask(`Repair-Volume -DriveLetter ${letter} -Scan`, SCAN, signal, scanOf, { input: letter, timeoutMs: NO_TIMEOUT });
    },
    dhcp: (signal) => attempt('DHCPDISCOVER, UDP 68', DHCP_MS, signal, () => dhcpServers(signal)),
  };
}

async function runningWindows(asked: Promise<Fact<unknown>>): Promise<RunningWindows> {
  const answer = await asked;
  const text = (key: string): string => (answer.known ? textAt(answer.value, key) : '');
  const number = (key: string): number | null => (answer.known ? numberAt(answer.value, key) : null);
  return {
    // Without hibernation there is nothing that a fast start could start from.
    fastStartup: answer.known ? known(number('hiberboot') === 1 && number('hibernate') !== 0, 'HiberbootEnabled') : answer,
    imageState: answer.known ? known(text('state'), 'ImageState') : answer,
    product: text('product'), computerName: text('computer'), systemDrive: text('drive'),
  };
}
