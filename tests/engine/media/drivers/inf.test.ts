import { expect, test } from 'vitest';
import { compareDriverVersions, parseDriverVersion } from '../../../../native-free-engine/media/drivers/driver-version.ts';
import { pciIds, typedIds } from '../../../../native-free-engine/media/drivers/hardware-ids.ts';
import { parseTarget } from '../../../../native-free-engine/media/drivers/inf-models.ts';
import { parseInf } from '../../../../native-free-engine/media/drivers/inf.ts';
import { seeded } from '../../../support/seeded.ts';
import { ENCODINGS, EXTENSION_GUID, inf, SCSI_GUID, SYSTEM_GUID } from './infs.ts';

const AMD64 = { architecture: 'amd64', major: 0, minor: 0, product: 0, build: 0 };

const ansi = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const parse = (text: string): ReturnType<typeof parseInf> => parseInf(ansi(text), 'x.inf');

test.each(Object.entries(ENCODINGS))('%s', (_, encode) => {
  const read = parseInf(encode(inf({ provider: 'Société & Söhne' })), 'x.inf');
  expect(read).toMatchObject({
    provider: 'Société & Söhne', className: 'Net', kind: 'network', date: '2026-01-31', version: '12.19.2.45', architectures: ['amd64'],
    catalogs: ['driver.cat'], files: ['driver.sys', 'driver.cat'],
  });
  expect(read?.devices).toEqual([{
    target: AMD64, targets: [{ ...AMD64, architecture: 'x86' }, AMD64], description: 'Société & Söhne Device; with "quotes"',
    hardwareIds: ['PCI\\VEN_8086&DEV_15F3'], compatibleIds: [], installSection: 'Install0',
  }]);
});

test('texts of a language come before those of none', () => {
  expect(parseInf(ansi(inf()), 'x.inf', '0413')?.devices[0]?.description).toBe('Apparaat');
  expect(parseInf(ansi(inf()), 'x.inf', '0407')?.devices[0]?.description).toContain('Device');
});

test('decorated models say for which Windows they are', () => {
  expect(parseTarget('NTamd64.10.0...22000')).toEqual({ architecture: 'amd64', major: 10, minor: 0, product: 0, build: 22000 });
  expect(parseTarget('NTarm64.6.3')).toEqual({ architecture: 'arm64', major: 6, minor: 3, product: 0, build: 0 });
  expect(parseTarget('NT')).toEqual({ architecture: 'x86', major: 0, minor: 0, product: 0, build: 0 });
  expect(parseTarget('ntx86.0x0A.0x00')).toMatchObject({ architecture: 'x86', major: 10 });
  expect(parseTarget('NTamd64.10.0.3..20348')).toEqual({ architecture: 'amd64', major: 10, minor: 0, product: 3, build: 20348 });
  expect(parseTarget('NTmips')).toBeNull();
  const read = parse(inf({ models: { '': ['PCI\\VEN_1&DEV_1'], 'NTamd64.10.0...16299': ['pci\\ven_8086&dev_0001, PCI\\CC_0200'], NTarm64: ['PCI\\VEN_8086&DEV_0002'] } }));
  expect(read?.architectures).toEqual(['x86', 'amd64', 'arm64']);
  expect(read?.devices[1]).toMatchObject({ hardwareIds: ['PCI\\VEN_8086&DEV_0001'], compatibleIds: ['PCI\\CC_0200'], target: { build: 16299 } });
});

test('network and storage drivers are told apart', () => {
  expect(parse(inf())?.kind).toBe('network');
  expect(parse(inf({ className: 'SCSIAdapter', classGuid: SCSI_GUID }))?.kind).toBe('storage');
  expect(parse(inf({ className: 'hdc', classGuid: '' }))?.kind).toBe('storage');
  expect(parse(inf({ className: 'Extension', classGuid: EXTENSION_GUID }))?.kind).toBe('extension');
  expect(parse(inf({ className: 'System', classGuid: SYSTEM_GUID, models: { NTamd64: ['PCI\\VEN_8086&DEV_A77F'] } }))?.kind).toBe('storage');
  expect(parse(inf({ className: 'System', classGuid: SYSTEM_GUID, models: { NTamd64: ['ACPI\\INTC1001'] } }))?.kind).toBe('other');
  expect(parse(inf({ className: 'Display', classGuid: '{4d36e968-e325-11ce-bfc1-08002be10318}' }))?.kind).toBe('other');
});

test('files in folders of their disks, each once', () => {
  const read = parse(inf({ extra: '[SourceDisksNames.amd64]\n2 = "x",,,\\x64\n[SourceDisksFiles.amd64]\nb.sys = 2,sub\ndriver.sys = 1' }));
  expect(read?.files).toEqual(['driver.sys', 'x64/sub/b.sys', 'driver.cat']);
});

test('what installs no device is passed over', () => {
  expect(parse('[AutoRun]\nopen=setup.exe')).toBeNull();
  expect(parse('')).toBeNull();
  expect(parse('[Version]\nSignature="$CHICAGO$"\n[DefaultInstall]\nAddReg=x')).toBeNull();
});

test('DriverVer: the day counts first, then the version; nonsense counts as none', () => {
  expect(parseDriverVersion(['1/2/2024', '1.2'])).toEqual({ date: '2024-01-02', version: '1.2.0.0' });
  expect(parseDriverVersion(['02-30-2024', '1.70000'])).toEqual({ date: '', version: '' });
  expect(parseDriverVersion([])).toEqual({ date: '', version: '' });
  const v = (date: string, version: string): { date: string; version: string } => ({ date, version });
  expect(compareDriverVersions(v('2024-01-02', '9.0.0.0'), v('2024-01-03', '1.0.0.0'))).toBeLessThan(0);
  expect(compareDriverVersions(v('2024-01-02', '1.10.0.0'), v('2024-01-02', '1.9.0.0'))).toBeGreaterThan(0);
  expect(compareDriverVersions(v('', '1.0.0.0'), v('', '1.0.0.0'))).toBe(0);
});

test('IDs of a PCI function as Windows makes them, and what a typed one stands for', () => {
  const ids = pciIds({ vendor: 0x8086, device: 0x15f3, subsystemVendor: 0x1043, subsystem: 0x87d2, revision: 3, classCode: 0x020000 });
  expect(ids[0]).toBe('PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03');
  expect(ids).toContain('PCI\\VEN_8086&DEV_15F3');
  expect(ids).toContain('PCI\\CC_0200');
  expect(typedIds('pci\\ven_8086&dev_15f3&subsys_87d21043&rev_03')).toEqual([
    'PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043&REV_03', 'PCI\\VEN_8086&DEV_15F3&SUBSYS_87D21043', 'PCI\\VEN_8086&DEV_15F3&REV_03', 'PCI\\VEN_8086&DEV_15F3',
  ]);
  expect(typedIds('USB\\VID_0BDA&PID_8153')).toEqual(['USB\\VID_0BDA&PID_8153']);
  for (const bad of ['', 'x', 'PCI\\a b', '..\\..\\x', 'a'.repeat(300)]) expect(() => typedIds(bad)).toThrowError(expect.objectContaining({ code: 'hardware-id-invalid' }));
});

test.each([
  ['a text that is itself', '[Strings]\nProvider = "%Provider%"', 'inf-strings-loop'],
  ['a ring of texts', '[Strings]\nProvider = "%a%"\na = "%b%"\nb = "x%A%"', 'inf-strings-loop'],
  ['texts that double without end', `[Strings]\nProvider = "%a0%"\n${Array.from({ length: 40 }, (_, i) => `a${i} = "%a${i + 1}%%a${i + 1}%"`).join('\n')}\na40 = "xxxxxxxx"`, 'inf-strings-loop'],
  ['a file that leads out of the folder', '[SourceDisksFiles]\n..\\..\\evil.sys = 1', 'inf-invalid'],
  ['a stream in a name', '[SourceDisksFiles]\na.sys:x = 1', 'inf-invalid'],
  ['a line without end', `x = ${'a'.repeat(20_000)}`, 'inf-invalid'],
  ['a line that goes on without end', `x = \\\n${'aaaaaaaaaa\\\n'.repeat(5000)}`, 'inf-invalid'],
])('%s: refused by name', (_, extra, code) => {
  expect(() => parse(inf({ extra }))).toThrowError(expect.objectContaining({ code }));
});

test('a model section that is not there, a binary, an INF of 50 MB: refused by name, at once', () => {
  expect(() => parse(inf().replace('[Models.NTamd64]', '[Nothing]'))).toThrowError(expect.objectContaining({ code: 'inf-invalid' }));
  expect(() => parseInf(new Uint8Array([0x4d, 0x5a, 0x90, 1, 3, 0, 0, 0, 4]), 'x.inf')).toThrowError(expect.objectContaining({ code: 'inf-invalid' }));
  expect(() => parseInf(new Uint8Array(50 << 20), 'x.inf')).toThrowError(expect.objectContaining({ code: 'inf-too-large' }));
});

test('damaged INFs are read or refused, never worse', () => {
  const { below } = seeded(5);
  const good = ansi(inf());
  for (let round = 0; round < 500; round++) {
    const bytes = good.slice(0, 1 + below(good.length));
    for (let i = 0; i < 6; i++) bytes[below(bytes.length)] = below(256);
    try {
      parseInf(bytes, 'x.inf');
    } catch (error) {
      expect(error).toMatchObject({ name: 'EngineError', code: expect.stringMatching(/^inf-/) });
    }
  }
});
