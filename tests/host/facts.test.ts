import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EngineError, judge, known, thresholdsWith, type CheckFacts, type Fact, type PowerSupply, type RemedyAction, type SmartHealth, type VolumeRef } from '../../native-free-engine/index.ts';
import type { Disk } from '../../src/contract/index.ts';
import { runCommand, type CommandRunner } from '../../src/host/command.ts';
import { attempt } from '../../src/host/facts/attempt.ts';
import { parseSmart, smartctl } from '../../src/host/facts/smart.ts';
import { between, parseDiskstats } from '../../src/host/linux/facts/activity.ts';
import { linuxFirmware } from '../../src/host/linux/facts/firmware.ts';
import { linuxPending } from '../../src/host/linux/facts/pending.ts';
import { socketsAt, udpHolder } from '../../src/host/linux/facts/ports.ts';
import { linuxPower, parseUpower } from '../../src/host/linux/facts/power.ts';
import { parseE4defrag } from '../../src/host/linux/facts/scans.ts';
import { createLinuxRemedies } from '../../src/host/linux/remedies.ts';
import { machineReader, machineText } from '../../src/host/machine.ts';
import { parsePmset } from '../../src/host/macos/facts.ts';
import { createRemedies } from '../../src/host/remedies/remedies.ts';
import { createWindowsFacts } from '../../src/host/windows/facts/index.ts';
import { valuesOf } from '../../src/host/windows/facts/answers.ts';
import { createWindowsRemedies } from '../../src/host/windows/remedies.ts';
import { stick } from './constructed.ts';

const signal = new AbortController().signal;
const noTool: CommandRunner = (tool) => Promise.reject(new EngineError('tool-missing', { tool }));
const says = (stdout: string, code = 0, stderr = ''): CommandRunner => () => Promise.resolve({ code, stdout, stderr });
const reasonOf = (fact: Fact<unknown>): string => (fact.known ? 'known' : fact.reason);

/** A folder with files by path. */
function tree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'werkbank-facts-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('a fact that is missing says why; one that hangs holds up nobody', async () => {
  const hangs = attempt('smartctl', 40, signal, () => new Promise<never>(() => undefined));
  const quick = await attempt('uname', 1_000, signal, () => Promise.resolve(1));
  expect(quick).toEqual({ known: true, value: 1, from: 'uname' });
  expect(await hangs).toMatchObject({ known: false, reason: 'timed-out', from: 'smartctl' });
  const fails = (error: Error): Promise<Fact<never>> => attempt('x', 1_000, signal, () => Promise.reject(error));
  expect(reasonOf(await fails(new EngineError('tool-missing', { tool: 'x' })))).toBe('no-tool');
  expect(reasonOf(await fails(new EngineError('tool-failed', { tool: 'x', detail: 'no-answer 10 ms' })))).toBe('timed-out');
  expect(reasonOf(await fails(new EngineError('tool-failed', { tool: 'x', detail: 'Smartctl open device: Permission denied' })))).toBe('no-rights');
  expect(reasonOf(await fails(Object.assign(new Error('EACCES'), { code: 'EACCES' })))).toBe('no-rights');
  expect(reasonOf(await fails(Object.assign(new Error('ENOENT'), { code: 'ENOENT' })))).toBe('unsupported');
  expect(reasonOf(await fails(new EngineError('hive-invalid', { path: 'SYSTEM', reason: 'x' })))).toBe('failed');
  const stop = new AbortController();
  const cancelled = attempt('x', 1_000, stop.signal, () => new Promise<never>(() => undefined));
  stop.abort();
  await expect(cancelled).rejects.toThrow('cancelled');
});

test('constructed: power supplies of the kernel: no battery, two, a UPS, a mouse, a charger on USB-C', async () => {
  const power = async (files: Record<string, string>): Promise<unknown> => {
    const fact = await linuxPower(noTool, tree(Object.fromEntries(Object.entries(files).map(([path, text]) => [`class/power_supply/${path}`, text]))), signal);
    return fact.known ? fact.value : fact;
  };
  expect(await power({ 'none/type': 'Other' })).toEqual([]);
  expect(await power({
    'AC/type': 'Mains\n', 'AC/online': '0\n',
    'BAT0/type': 'Battery', 'BAT0/status': 'Discharging', 'BAT0/capacity': '62', 'BAT0/energy_now': '30000000', 'BAT0/power_now': '15000000',
    'BAT1/type': 'Battery', 'BAT1/status': 'Not charging', 'BAT1/charge_now': '20', 'BAT1/charge_full': '40',
    'hid-mouse/type': 'Battery', 'hid-mouse/scope': 'Device', 'hid-mouse/capacity': '5',
    'ucsi0/type': 'USB', 'ucsi0/online': '0', 'ucsi1/type': 'USB', 'ucsi1/online': '1',
  })).toEqual([
    { name: 'AC', kind: 'mains', online: false, charge: null, state: 'unknown', minutesLeft: null },
    { name: 'BAT0', kind: 'battery', online: null, charge: 62, state: 'discharging', minutesLeft: 120 },
    { name: 'BAT1', kind: 'battery', online: null, charge: 50, state: 'full', minutesLeft: null },
    { name: 'ucsi1', kind: 'mains', online: true, charge: null, state: 'unknown', minutesLeft: null },
  ]);
  expect(await power({ 'x/type': 'Battery', 'x/status': 'Kaput', 'x/capacity': 'voll' })).toEqual([{ name: 'x', kind: 'battery', online: null, charge: null, state: 'unknown', minutesLeft: null }]);
  // One rests while the other is drawn from; and both at once. Mains may say nothing.
  const both = (status: string, draw: string): Record<string, string> => ({
    'AC/type': 'Mains', 'BAT0/type': 'Battery', 'BAT0/status': 'Discharging', 'BAT0/energy_now': '10000000', 'BAT0/power_now': '5000000',
    'BAT1/type': 'Battery', 'BAT1/status': status, 'BAT1/energy_now': '20000000', 'BAT1/power_now': draw, 'BAT2/type': 'Battery', 'BAT2/present': '0',
  });
  const lasts = async (files: Record<string, string>): Promise<unknown> => ((await power(files)) as PowerSupply[]).map(({ minutesLeft }) => minutesLeft);
  expect(await lasts(both('Unknown', '0'))).toEqual([null, 120, 240]);
  expect(await lasts(both('Discharging', '5000000'))).toEqual([null, 60, 120]);
  expect(await lasts(both('Charging', ''))).toEqual([null, 120, 240]);
  const file = tree({ 'class/power_supply': 'not a folder' });
  expect(await linuxPower(noTool, file, signal)).toMatchObject({ known: false, reason: 'failed' });
  const ups = 'Device: /org/freedesktop/UPower/devices/ups_hiddev0\n  native-path: x\n  power supply:         yes\n  ups\n    state:               discharging\n    time to empty:       1.5 hours\n    percentage:          88%\n\nDevice: /org/freedesktop/UPower/devices/mouse_0\n    percentage: 5%\n';
  expect(parseUpower(ups)).toEqual([{ name: 'ups_hiddev0', kind: 'ups', online: null, charge: 88, state: 'discharging', minutesLeft: 90 }]);
  const desktop = await linuxPower(says(ups), tree({ 'class/power_supply/hidpp/type': 'Battery', 'class/power_supply/hidpp/scope': 'Device' }), signal);
  expect(desktop).toMatchObject({ value: [{ name: 'ups_hiddev0', kind: 'ups', state: 'discharging' }], from: expect.stringContaining('upower') as string });
  expect(parsePmset("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t85%; discharging; 3:05 remaining present: true\n")[1]).toMatchObject({ charge: 85, state: 'discharging', minutesLeft: 185 });
});

test('constructed: what waits for a restart on Linux', async () => {
  const root = tree({ 'run/reboot-required': '', 'run/reboot-required.pkgs': 'linux-image-6.1\nlibc6\n', 'proc/locks': '', 'proc/12/comm': 'apt-get\n', 'proc/13/comm': 'bash\n' });
  const found = await linuxPending(noTool, root, signal);
  expect(found.map(({ probe, found: fact }) => [probe, fact.known ? fact.value : fact.reason])).toEqual([['reboot', ['linux-image-6.1', 'libc6']], ['updates', []], ['installer', ['apt-get']]]);
  const redHat = await linuxPending(says('Core libraries or services have been updated:\n  * kernel\n  * glibc\n', 1), tree({ 'proc/locks': '' }), signal);
  expect(redHat[0]?.found).toMatchObject({ value: ['kernel', 'glibc'] });
});

test('constructed: SMART of a hard disk, of NVMe, of a disk that says nothing, and of none', async () => {
  const row = (id: number, value: number): unknown => ({ id, name: 'x', raw: { value, string: String(value) } });
  const disk = { smartctl: { exit_status: 64 }, smart_status: { passed: true }, rotation_rate: 7200, temperature: { current: 41 }, power_on_time: { hours: 31_000 }, ata_smart_attributes: { table: [row(5, 8), row(187, 1), row(188, 4_295_032_833), row(197, 16), row(198, 2)] } };
  expect(parseSmart(disk)).toMatchObject({ passed: true, rotational: true, reallocated: 8, reportedUncorrectable: 1, commandTimeouts: 1, pending: 16, offlineUncorrectable: 2, powerOnHours: 31_000 });
  const nvme = { smartctl: { exit_status: 0 }, smart_status: { passed: false }, nvme_smart_health_information_log: { critical_warning: 4, percentage_used: 103, media_errors: 7, available_spare: 3, available_spare_threshold: 10 } };
  expect(parseSmart(nvme)).toMatchObject({ passed: false, rotational: false, criticalWarning: 4, percentageUsed: 103, mediaErrors: 7, availableSpare: 3, spareThreshold: 10 });
  // Two figures in one, as Fujitsu and Toshiba keep them: none replaced, 2000 to spare. On a disk that is failing the first figure is what it says.
  const packed = (text: string, value: number): unknown => ({ ...disk, ata_smart_attributes: { table: [{ id: 5, raw: { value, string: text } }] } });
  expect(parseSmart(packed('0 (2000 0)', 8_589_934_592_000) as Record<string, unknown>)).toMatchObject({ reallocated: 0 });
  expect(parseSmart(packed('1975', 1975) as Record<string, unknown>)).toMatchObject({ reallocated: 1975 });
  const ask = (run: CommandRunner, bus: Disk['bus'] = 'sata'): Promise<string> => smartctl(run, { path: '/dev/sda', bus }, signal).then(reasonOf);
  expect(await ask(noTool)).toBe('no-tool');
  expect(await ask(says('', 0), 'loop')).toBe('unsupported');
  expect(await ask(says('smartctl 7.3 (Nederlands)'))).toBe('failed');
  expect(await smartctl(says('smartctl 6.6 2016-05-31 r4324\n=======> UNRECOGNIZED OPTION: j\n', 1), { path: '/dev/sda', bus: 'sata' }, signal)).toMatchObject({ reason: 'failed', detail: 'smartctl-too-old 6.6' });
  const scsi = (read: number, write: number): Record<string, unknown> => ({ smartctl: { exit_status: 0 }, scsi_error_counter_log: { read: { total_uncorrected_errors: read }, write: { total_uncorrected_errors: write } } });
  expect([parseSmart(scsi(0, 5)), parseSmart(scsi(0, 0))]).toMatchObject([{ reportedUncorrectable: 5 }, { reportedUncorrectable: 0 }]);
  expect(await ask(says(JSON.stringify({ smartctl: { exit_status: 2, messages: [{ string: 'Smartctl open device: /dev/sda failed: Permission denied' }] } }), 2))).toBe('no-rights');
  // A bridge that smartctl does not know is asked again as the usual kind.
  const asked: string[] = [];
  const bridge: CommandRunner = (_, args) => {
    asked.push(args.join(' '));
    return Promise.resolve({ code: 1, stderr: '', stdout: JSON.stringify(args.includes('-d') ? disk : { smartctl: { exit_status: 1, messages: [{ string: '/dev/sda: Unknown USB bridge [0x1234:0x5678]; please specify device type with the -d option.' }] } }) });
  };
  expect(await ask(bridge, 'usb')).toBe('known');
  expect(asked).toEqual(['-j -a /dev/sda', '-j -a -d sat /dev/sda']);
});

test('constructed: counters of disks, sockets, e4defrag', async () => {
  const line = '   8       0 sda 100 0 2000 5 50 0 4000 6 0 700 11 0 0 0 0\n 253 0 sda1 1 1 1 1 1 1 1 1 1 1 1\n';
  expect(parseDiskstats(line, 'sda')).toEqual({ sectors: 6000, busyMs: 700 });
  expect(parseDiskstats(line, 'sdb')).toBeNull();
  expect(() => parseDiskstats('8 0 sda bezet bezet', 'sda')).toThrow('tool-failed');
  expect(between({ sectors: 0, busyMs: 0, at: 0 }, { sectors: 4096, busyMs: 500, at: 2000 })).toEqual({ seconds: 2, busy: 25, bytesPerSecond: 1_048_576 });
  const table = '   sl  local_address rem_address st\n  12: 0100007F:0045 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4242 2 0 0\n';
  expect(socketsAt(table, 69)).toEqual([{ address: '127.0.0.1', inode: '4242' }]);
  expect(socketsAt(table, 67)).toEqual([]);
  // IPv6 may be switched off; no table at all is no free port.
  expect(await udpHolder(67, tree({ 'udp': table }))).toBeNull();
  await expect(udpHolder(67, tree({ 'udp6': table }))).rejects.toThrow('ENOENT');
  expect(parseE4defrag(' Total/best extents\t\t\t\t130/100\n Average size per extent\t9 KB\n')).toEqual({ files: 100, fragments: 130, fragmentedFiles: 30, share: 1 });
  expect(() => parseE4defrag('bestand niet gevonden')).toThrow('tool-failed');
});

/** Windows as far as its answers go: constructed from Microsoft's documentation, by what a script asks for. */
function windows(answers: Readonly<Record<string, unknown>>): ReturnType<typeof createWindowsFacts> {
  return createWindowsFacts((program, args) => {
    if (program !== 'powershell.exe') return noTool(program, args);
    const script = Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le');
    const found = Object.entries(answers).find(([word]) => script.includes(word));
    if (found?.[1] instanceof Error) return Promise.reject(found[1]);
    return Promise.resolve({ code: 0, stderr: '', stdout: typeof found?.[1] === 'string' ? found[1] : JSON.stringify(found?.[1] ?? { value: [] }) });
  });
}
const drive: Disk = { ...stick, path: '\\\\.\\PhysicalDrive2', bus: 'sata', number: 2, verdict: { kind: 'confirm', reasons: [], score: 0 } };
const onC: VolumeRef = { diskId: '2', number: 3, device: 'C:', kind: 'ntfs', label: '', role: 'os', mountPoints: ['C:\\'], size: 1e9 };

test('constructed: Windows: batteries, a UPS, none', async () => {
  const power = async (value: unknown): Promise<unknown> => {
    const fact = await windows({ Win32_Battery: { value } }).power(signal);
    return fact.known ? fact.value.map(({ kind, state, charge, minutesLeft }) => [kind, state, charge, minutesLeft]) : fact.reason;
  };
  expect(await power([])).toEqual([]);
  expect(await power({ Name: 'DELL 1', BatteryStatus: 1, EstimatedChargeRemaining: 54, EstimatedRunTime: 130 })).toEqual([['battery', 'discharging', 54, 130]]);
  expect(await power([{ Name: 'A', BatteryStatus: 2, EstimatedChargeRemaining: 99, EstimatedRunTime: 71_582_788 }, { Name: 'B', BatteryStatus: 6, EstimatedChargeRemaining: 40 }])).toEqual([['battery', 'full', 99, null], ['battery', 'charging', 40, null]]);
  expect(await power([{ Name: 'APC Back-UPS', BatteryStatus: 5, EstimatedChargeRemaining: 8, EstimatedRunTime: 3 }])).toEqual([['ups', 'discharging', 8, 3]]);
  expect(await power([{ Name: 'x' }])).toBe('failed');
});

test('constructed: Windows: constrained language, missing rights, missing commands, other languages, silence', async () => {
  const reason = async (answer: unknown): Promise<string> => reasonOf(await windows({ Win32_Battery: answer }).power(signal));
  expect(await reason({ error: 'PropertySetterNotSupportedInConstrainedLanguage', message: 'Kan de eigenschap niet instellen.', mode: 'ConstrainedLanguage' })).toBe('no-rights');
  expect(await reason({ error: 'HRESULT 0x80041003,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand', message: 'Toegang geweigerd', mode: 'FullLanguage' })).toBe('no-rights');
  expect(await reason({ error: 'CommandNotFoundException', message: "De term 'Get-CimInstance' wordt niet herkend", mode: 'FullLanguage' })).toBe('no-tool');
  expect(await reason({ error: 'HRESULT 0x80041010,x', message: 'Ongeldige klasse', mode: 'FullLanguage' })).toBe('unsupported');
  expect(await reason({ error: 'RuntimeException', message: 'iets anders', mode: 'FullLanguage' })).toBe('failed');
  expect(await reason('Windows PowerShell\nCopyright (C) Microsoft')).toBe('failed');
  expect(await reason('')).toBe('failed');
  expect(await reason(new EngineError('tool-failed', { tool: 'powershell.exe', detail: 'no-answer 7750 ms' }))).toBe('timed-out');
  expect(await reason(new EngineError('tool-missing', { tool: 'powershell.exe' }))).toBe('no-tool');
  expect(() => valuesOf('[1]')).toThrow('tool-failed');
});

test('constructed: Windows: every other fact', async () => {
  const of = windows({
    PEFirmwareType: { value: { type: 2, secureBoot: 1 } },
    'Component Based Servicing': { value: { reboot: ['RebootPending'], updates: [], renames: ['\\??\\C:\\temp\\a.dll', ''], names: 'ALT -> NEU', domain: null, installers: ['msiexec'] } },
    'Get-PnpDevice': { value: [{ name: 'HP Laserjet', class: 'Printer', id: 'USB\\1' }, { name: 'Stick', class: 'DiskDrive', id: 'USBSTOR\\1', drive: 2 }] },
    CC_0104: { value: 'Intel RST VMD Controller (PCI\\VEN_8086&DEV_9A0B)' },
    StorageReliabilityCounter: { value: { health: 'Healthy', media: 'HDD', predicts: true, temperature: 0, wear: 3, hours: 900, uncorrected: 2 } },
    PerfDisk: { value: { ticks: 20_000_000, idle: 5_000_000, bytes: 40_000_000 } },
    DefragAnalysis: { value: { TotalFiles: 1000, TotalFragmentedFiles: 200, TotalExcessFragments: 900 } },
    EncryptableVolume: { value: [{ letter: 'C:', protection: 1, conversion: 2, percent: 40 }] },
    RequireDeviceEncryption: { value: { required: 1 } },
    HiberbootEnabled: { value: { hiberboot: 1, hibernate: 1, state: 'IMAGE_STATE_COMPLETE', product: 'Windows 11', computer: 'PC', drive: 'C:' } },
    NetUDPEndpoint: { value: { address: '0.0.0.0', pid: 812, name: 'svchost' } },
    LogicalDisk: { value: { FileSystem: 'FAT32', DriveType: 4 } },
    'Repair-Volume': { value: { status: 'SpotFixNeeded' } },
  });
  const value = async <T>(fact: Promise<Fact<T>>): Promise<unknown> => fact.then((each) => (each.known ? each.value : each));
  expect(await of.firmware(signal)).toMatchObject({ firmware: { value: 'uefi' }, secureBoot: { value: true } });
  expect((await of.pending(signal)).map(({ probe, found }) => [probe, found.known ? found.value : found])).toEqual([
    ['reboot', ['RebootPending']], ['updates', []], ['file-renames', ['C:\\temp\\a.dll']], ['computer-name', ['ALT -> NEU']], ['domain-join', []], ['installer', ['msiexec']],
  ]);
  expect(await value(of.devices([], signal))).toEqual([{ name: 'HP Laserjet', kind: 'printer', diskId: null }, { name: 'Stick', kind: 'storage', diskId: '\\\\.\\PhysicalDrive2' }]);
  expect(await value(of.controllers(signal))).toEqual(['Intel RST VMD Controller (PCI\\VEN_8086&DEV_9A0B)']);
  expect(await value(of.health(drive, signal))).toMatchObject({ passed: false, rotational: true, temperature: null, percentageUsed: 3, reportedUncorrectable: 2 });
  expect(await value(of.rotational(drive, signal))).toBe(true);
  expect(await value(of.activity(drive, signal))).toEqual({ seconds: 2, busy: 75, bytesPerSecond: 20_000_000 });
  expect(await value(of.fragmentation(onC, signal)!)).toEqual({ files: 1000, fragmentedFiles: 200, fragments: 1900, share: 1 });
  expect(await value(of.encryption(onC, signal)!)).toEqual({ kind: 'bitlocker', state: 'encrypting', percent: 40, unlocked: true });
  expect(await value(of.encryptsByPolicy(signal))).toBe(true);
  expect(await of.runningWindows(signal)).toMatchObject({ fastStartup: { value: true }, imageState: { value: 'IMAGE_STATE_COMPLETE' }, product: 'Windows 11' });
  expect(await value(of.holder(69, signal))).toEqual({ address: '0.0.0.0', pid: 812, process: 'svchost' });
  expect(await value(of.folder('Z:\\images', signal))).toEqual({ kind: 'FAT32', maxFileBytes: 2 ** 32 - 1, network: true });
  expect(await value(of.folder('\\\\server\\share', signal))).toMatchObject({ network: true });
  expect(await value(of.scan(onC, signal, () => undefined))).toEqual({ clean: false, lines: ['SpotFixNeeded'] });
  expect(reasonOf(await of.health({ ...drive, path: '\\\\.\\PhysicalDrive2; Remove-Item' }, signal))).toBe('unsupported');
});

/** The partition is what was said of it. */
const asSaid = (volume: VolumeRef): Promise<VolumeRef> => Promise.resolve(volume);

test('constructed: a remedy is for the partition that is found, not for the one that somebody speaks of', async () => {
  const ran: string[] = [];
  const run: CommandRunner = (program, args) => {
    ran.push([program, ...args].join(' '));
    return Promise.resolve({ code: 0, stdout: '', stderr: '' });
  };
  const there: VolumeRef = { ...onC, device: 'D:', mountPoints: ['D:\\'] };
  const on = (volume: VolumeRef, now: VolumeRef | null = there, rights = true) =>
    createRemedies(run, createWindowsRemedies(run, () => rights, 'C:'), () => Promise.resolve(now)).run({ id: 'trim', volume }, { signal }).then(() => 'ran', (error: unknown) => (error as EngineError).code);
  for (const claimed of [{ ...there, device: 'E:' }, { ...there, kind: 'fat32' }, { ...there, size: 1 }, { ...there, mountPoints: [] }]) expect(await on(claimed)).toBe('remedy-refused');
  expect(await on(there, null)).toBe('remedy-refused');
  // Without the rights for it none of its programs is started: who asked starts them elevated.
  expect(await on(there, there, false)).toBe('rights-needed');
  expect(ran).toEqual([]);
  expect(await on(there)).toBe('ran');
  expect(ran).toEqual(['defrag.exe D: /L /U']);
});

test('constructed: the commands that buttons run, and that nothing else can be slipped into them', async () => {
  const lines = async (system: ReturnType<typeof createLinuxRemedies>, action: RemedyAction): Promise<string[]> =>
    (await createRemedies(noTool, system, asSaid).commands(action)).map(({ program, args }) => [program, ...args].join(' '));
  const on = (device: string, more: Partial<VolumeRef> = {}): VolumeRef => ({ ...onC, device, mountPoints: [], ...more });
  const repair = (volume: VolumeRef): RemedyAction => ({ id: 'repair-file-system', volume });
  const [linux, win] = [createLinuxRemedies(noTool), createWindowsRemedies(noTool, () => true, 'C:')];
  expect(await lines(linux, repair(on('/dev/sda2')))).toEqual(['ntfsfix /dev/sda2']);
  expect(await lines(linux, repair(on('/dev/sda2', { kind: 'ext4' })))).toEqual(['e2fsck -f -p /dev/sda2']);
  for (const device of ['-y', '/dev/../etc/passwd', '/dev/sda2 -y', '', '/tmp/x']) expect(await lines(linux, repair(on(device)))).toEqual([]);
  expect(await lines(linux, repair(on('/dev/sda2', { mountPoints: ['/'] })))).toEqual([]);
  expect(await lines(linux, { id: 'trim', volume: on('/dev/sda2', { mountPoints: ['/mnt'] }) })).toEqual(['fstrim -v /mnt']);
  expect(await lines(linux, { id: 'defragment', volume: on('/dev/sda2', { kind: 'ext4', mountPoints: ['/mnt'] }) })).toEqual(['e4defrag /mnt']);
  expect(await lines(linux, { id: 'hibernation-off' })).toEqual([]);
  expect(await lines(linux, { id: 'split', bytes: 1 })).toEqual([]);
  // The running system's own volume is only looked through.
  expect(await lines(win, repair(onC))).toEqual(['chkdsk.exe C: /scan']);
  expect(await lines(win, repair(on('D:')))).toEqual(['chkdsk.exe D: /scan', 'chkdsk.exe D: /spotfix']);
  expect(await lines(win, repair(on('E:', { kind: 'fat32' })))).toEqual(['chkdsk.exe E: /F']);
  expect(await lines(win, { id: 'decrypt', volume: on('D:') })).toEqual(['manage-bde.exe -off D:']);
  expect(await lines(win, { id: 'defragment', volume: on('D:') })).toEqual(['defrag.exe D: /U /V']);
  expect(await lines(win, { id: 'trim', volume: on('D:') })).toEqual(['defrag.exe D: /L /U']);
  expect(await lines(win, { id: 'hibernation-off' })).toEqual(['powercfg.exe /hibernate off']);
  for (const device of ['D:\\', 'D: & del', '/dev/sda']) expect(await lines(win, { id: 'decrypt', volume: on(device) })).toEqual([]);
  await expect(createRemedies(noTool, win, asSaid).run({ id: 'wait-until-quiet' }, { signal })).rejects.toThrow('remedy-refused');
});

test('constructed: decrypting is watched to its end, and what a command says is passed on', async () => {
  let percent = 10;
  const heard: (number | null)[] = [];
  const run: CommandRunner = (program, _args, options) => {
    if (program === 'powershell.exe') {
      const value = [{ letter: 'D:', protection: 0, conversion: percent > 0 ? 3 : 0, percent }];
      percent = 0;
      return Promise.resolve({ code: 0, stderr: '', stdout: JSON.stringify({ value }) });
    }
    options?.onOutput?.('Decryption is now in progress.\r\n 50% complete\r');
    return Promise.resolve({ code: 0, stdout: '', stderr: '' });
  };
  percent = 0;
  await createRemedies(run, createWindowsRemedies(run, () => true, 'C:'), asSaid).run({ id: 'decrypt', volume: { ...onC, device: 'D:' } }, { signal, onProgress: ({ share }) => heard.push(share) });
  expect(heard).toEqual([null, 0.5, 1]);
  const fails: CommandRunner = () => Promise.resolve({ code: 3, stdout: '', stderr: 'Toegang geweigerd' });
  await expect(createRemedies(fails, createWindowsRemedies(fails, () => true, 'C:'), asSaid).run({ id: 'trim', volume: { ...onC, device: 'D:' } }, { signal })).rejects.toMatchObject({ code: 'remedy-failed', params: { detail: 'Toegang geweigerd' } });
});

test('constructed: a disk that dies: what smartctl prints of it becomes the verdict that says so', () => {
  const row = (id: number, value: number): unknown => ({ id, raw: { value, string: String(value) } });
  // Bits 3 to 7 of the exit status tell of the disk, not of smartctl: failing, prefail now or once, errors in its log, self-tests failed.
  const dying = (exit: number, more: Record<string, unknown>): SmartHealth => parseSmart({ smartctl: { exit_status: exit }, smart_status: { passed: true }, rotation_rate: 5400, ...more });
  const said = (health: SmartHealth): string => {
    const facts: CheckFacts['smart'] = { disks: [{ disk: { id: '/dev/sda', number: 0, path: '/dev/sda', model: 'WDC', serial: '1', size: 1e12, sectorSize: 512, bus: 'sata' }, health: known(health, 'smartctl -j -a /dev/sda') }] };
    const [result] = judge('smart', facts, { system: 'linux', job: 'capture', sources: ['/dev/sda'], targets: [], estimate: { seconds: null, imageBytes: null }, manyMachines: false, wanted: null, partBytes: 0 } as never, thresholdsWith());
    return `${result?.verdict} ${result?.finding.code}`;
  };
  expect(said(dying(8, { smart_status: { passed: false } }))).toBe('warning failing');
  expect(said(dying(16, { ata_smart_attributes: { table: [row(5, 2048), row(197, 3)] } }))).toBe('warning unreadable-sectors');
  expect(said(dying(64, { ata_smart_attributes: { table: [row(5, 900)] } }))).toBe('warning reallocated-many');
  expect(said(dying(192, { ata_smart_attributes: { table: [row(187, 12)] } }))).toBe('warning media-errors');
  expect(said(dying(128, { scsi_grown_defect_list: 4000 }))).toBe('warning reallocated-many');
  expect(said(parseSmart({ smartctl: { exit_status: 8 }, smart_status: { passed: false }, nvme_smart_health_information_log: { critical_warning: 8 } }))).toBe('warning failing');
  expect(said(parseSmart({ smartctl: { exit_status: 0 }, smart_status: { passed: true }, nvme_smart_health_information_log: { critical_warning: 1, available_spare: 2, available_spare_threshold: 10 } }))).toBe('warning critical');
  // It answered before it went silent for good: no table, no status. Nothing is made up.
  expect(said(parseSmart({ smartctl: { exit_status: 4 } }))).toMatch(/^unknown says-nothing$/);
  // Bit 0 and 1: smartctl itself could not look.
  for (const exit of [1, 2, 3, 0x42]) expect(() => parseSmart({ smartctl: { exit_status: exit } })).toThrow('tool-failed');
});

test('a program that hangs on a dying disk is ended, and the disk beside it answers', async () => {
  const folder = tree({ smartctl: '#!/bin/sh\ncase "$*" in *dying*) exec sleep 600;; esac\necho \'{"smartctl":{"exit_status":0},"smart_status":{"passed":true}}\'\n' });
  chmodSync(join(folder, 'smartctl'), 0o755);
  const run: CommandRunner = (tool, args, options) => runCommand(join(folder, tool), args, { ...options, timeoutMs: args.includes('/dev/dying') ? 2_000 : 60_000 });
  const ended: string[] = [];
  const hangs = smartctl(run, { path: '/dev/dying', bus: 'sata' }, signal).finally(() => ended.push('dying'));
  const healthy = await smartctl(run, { path: '/dev/sdb', bus: 'sata' }, signal).finally(() => ended.push('healthy'));
  expect(healthy).toMatchObject({ known: true, value: { passed: true } });
  expect(await hangs).toMatchObject({ known: false, reason: 'timed-out', from: 'smartctl -j -a /dev/dying' });
  expect(ended.sort()).toEqual(['dying', 'healthy']);
});

test('constructed: what a computer says it is: fillers of makers, nothing, and no answer', async () => {
  const fillers = ['To Be Filled By O.E.M.', 'Default string', 'System manufacturer', 'System Serial Number', 'None', 'N/A', '00000000', 'xxxx', '....', '123456789', ' ', null, undefined, 7];
  for (const filler of fillers.slice(0, 11)) expect(machineText(filler), String(filler)).toBe('');
  expect(machineText('LENOVO')).toBe('LENOVO');
  let asked = 0;
  const once = machineReader(() => Promise.resolve({ maker: 'LENOVO', model: 'Default string', serial: `PF0${++asked}`, firmware: 'UEFI 1.49', system: '' }));
  const machine = await once();
  expect(machine).toMatchObject({ maker: 'LENOVO', model: '', serial: 'PF01', firmware: 'UEFI 1.49' });
  expect(machine?.memory).toBeGreaterThan(0);
  expect(machine?.system).not.toBe('');
  expect(await once()).toBe(machine);
  const none = await machineReader(() => Promise.reject(new Error('no /sys')))();
  expect(none).toMatchObject({ maker: '', serial: '', firmware: '' });
});

test('constructed: firmware of a Linux machine: UEFI with Secure Boot on, off, and not told; BIOS', async () => {
  const facts = async (files: Record<string, string>): Promise<string> => {
    const { firmware, secureBoot } = await linuxFirmware(tree({ 'sys/x': '', ...files }), signal);
    return `${firmware.known ? firmware.value : firmware.reason} ${secureBoot.known ? secureBoot.value : secureBoot.reason}`;
  };
  const variable = (state: number): Record<string, string> => ({ 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c': `\u0006\0\0\0${String.fromCharCode(state)}` });
  expect(await facts(variable(1))).toBe('uefi true');
  expect(await facts(variable(0))).toBe('uefi false');
  expect(await facts({ 'sys/firmware/efi/fw_platform_size': '64' })).toMatch(/^uefi (unsupported|failed)$/);
  expect(await facts({})).toMatch(/^bios/);
});
