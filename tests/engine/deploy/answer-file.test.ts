import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildAnswerFile } from '../../../native-free-engine/deploy/answer-file/build.ts';
import { MAX_COMMAND } from '../../../native-free-engine/deploy/answer-file/commands.ts';
import { importAnswerFile } from '../../../native-free-engine/deploy/answer-file/import.ts';
import { NO_ANSWERS, type AnswerFileOptions } from '../../../native-free-engine/deploy/answer-file/options.ts';
import { scanXml } from '../../../native-free-engine/deploy/answer-file/scan-xml.ts';
import { OPTION_SUPPORT } from '../../../native-free-engine/deploy/answer-file/support.ts';
import { TIME_ZONES } from '../../../native-free-engine/deploy/answer-file/time-zones.ts';
import { tool } from '../../labs/tool.ts';
import { need } from '../../support/need.ts';
import { DOCUMENTED } from './documented.ts';

const build = (change: Partial<AnswerFileOptions>): string => buildAnswerFile({ ...NO_ANSWERS, ...change });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const FULL: AnswerFileOptions = {
  architectures: ['amd64', 'arm64'],
  computerName: 'BENCH-%SERIAL%',
  account: { name: 'Bench', displayName: 'Bench <1> & "2"', password: 'p&ss"wörd', administrator: true, autoLogons: 2 },
  language: 'nl-NL', region: 'nl-NL', keyboard: '0413:00020409;en-US', timeZone: 'W. Europe Standard Time',
  productKey: 'vk7jg-nphtm-c97jm-9mpgt-3v66t', edition: { kind: 'name', name: 'Windows 11 Pro' },
  skipAccountScreens: true, skipNetworkScreen: true, bypassHardwareChecks: true, noDataCollection: true, preventDeviceEncryption: true,
  join: { kind: 'workgroup', name: 'BENCH' },
  disk: { disk: 'only', table: 'gpt', recoveryMiB: 1024 },
  firstLogonCommands: ['cmd.exe /c echo "a" > C:\\done.txt & exit'],
  updatePolicy: { deferQualityDays: 7, deferFeatureDays: 90, pauseQualityFrom: '2026-02-28', pauseFeatureFrom: null, target: { product: 'Windows 11', version: '24H2' }, excludeDrivers: true },
};

/** The `Path`s of a component's commands, for the first architecture. */
function commands(xml: string, component: string): string[] {
  const part = new RegExp(`<component name="${component}"[^]*?</component>`).exec(xml)?.[0] ?? '';
  return [...part.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, path = '']) => path.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name] ?? ''));
}

/** What the commands write to files of Windows PE, as cmd.exe would: carets taken off outside quotation marks. */
function writtenFiles(xml: string): Record<string, string[]> {
  const files: Record<string, string[]> = {};
  for (const command of commands(xml, 'Microsoft-Windows-Setup')) {
    const [, sign, file = '', line = ''] = /^cmd\.exe \/v:off \/c (>>?)(X:\\\S+) echo (.*)$/.exec(command) ?? [];
    if (!sign) continue;
    let text = '';
    for (let i = 0, quoted = false; i < line.length; i++) {
      if (line[i] === '"') quoted = !quoted;
      if (line[i] === '^' && !quoted) i++;
      text += line[i] ?? '';
    }
    files[file] = [...(sign === '>' ? [] : (files[file] ?? [])), text];
  }
  return files;
}

test('every setting of a full answer file is a documented one of its component and pass', () => {
  const used = new Set<string>();
  let component = '';
  let pass = '';
  const paths: string[][] = [];
  scanXml(buildAnswerFile(FULL) + '', ({ name, attributes, path }) => {
    if (name === 'settings') pass = attributes.get('pass') ?? '';
    if (name === 'component') component = attributes.get('name') ?? '';
    if (path.length >= 3) paths.push([pass, component, [...path.slice(3), name].join('/')]);
  });
  // Only the settings themselves, not what groups them.
  for (const [p = '', c = '', path = ''] of paths) if (!paths.some(([op, oc, other = '']) => op === p && oc === c && other.startsWith(`${path}/`))) used.add(`${p} ${c} ${path}`);
  expect([...used].filter((each) => !DOCUMENTED.has(each))).toEqual([]);
  expect(used.size).toBeGreaterThan(35);
});

need({ tools: ['xmllint'] })('xmllint takes what is written, also with hostile values', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'answer-file-'));
  try {
    const hostile: AnswerFileOptions = {
      ...FULL,
      account: { name: "it's & x", displayName: '<script>&#0;\t"', password: ']]>\'"<&é漢😀', administrator: false, autoLogons: 0 },
      firstLogonCommands: ['cmd /c "echo <a> && echo %PATH%" -->', '<!-- ]]>'],
      edition: { kind: 'name', name: '</Value><evil/>' },
    };
    for (const [index, options] of [FULL, hostile, NO_ANSWERS].entries()) {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, buildAnswerFile(options));
      await tool('xmllint', ['--noout', '--nonet', file]);
      expect(await tool('xmllint', ['--nonet', '--xpath', "count(//*[local-name()='evil'])", file])).toContain('0');
    }
    const commandLines = await tool('xmllint', ['--nonet', '--xpath', "string((//*[local-name()='CommandLine'])[1])", join(folder, '1.xml')]);
    expect(commandLines.trimEnd()).toBe(hostile.firstLogonCommands[0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('everything asked gives the file that was read line by line once, and no other', () => {
  const xml = build({ ...FULL, architectures: ['amd64'] });
  expect(xml.split('\r\n').join('\n')).toBe(readFileSync(new URL('goldens/full.xml', import.meta.url), 'utf8'));
  expect(xml).not.toMatch(/[^\r]\n/);
});

test('nothing asked, nothing set', () => {
  expect(build({})).toBe('<?xml version="1.0" encoding="utf-8"?>\r\n<unattend xmlns="urn:schemas-microsoft-com:unattend" xmlns:wcm="http://schemas.microsoft.com/WMIConfig/2002/State" />\r\n');
});

test.each<[keyof AnswerFileOptions, Partial<AnswerFileOptions>, RegExp]>([
  ['computerName', { computerName: 'DESK-1' }, /pass="specialize"[^]*<ComputerName>DESK-1</],
  ['computerName', { computerName: '*' }, /<ComputerName>\*</],
  ['computerName', { computerName: 'B-%RAND:4%' }, /Rename-Computer[^]*<WillReboot>Always</],
  // Microsoft's own example of a hidden password (LocalAccount, "XML Example").
  ['account', { account: { name: 'Test2', displayName: '', password: 'password', administrator: true, autoLogons: 0 } }, /<Value>cABhAHMAcwB3AG8AcgBkAFAAYQBzAHMAdwBvAHIAZAA=<\/Value>\s*<PlainText>false</],
  ['account', { account: { name: 'a', displayName: '', password: 'geheim', administrator: true, autoLogons: 0 } }, /<Group>Administrators<[^]*<Value>ZwBlAGgAZQBpAG0AUABhAHMAcwB3AG8AcgBkAA==</],
  ['account', { account: { name: 'a', displayName: '', password: '', administrator: false, autoLogons: 3 } }, /<LogonCount>3<[^]*<Group>Users</],
  ['language', { language: 'nl-NL' }, /<SetupUILanguage>\s*<UILanguage>nl-NL</],
  ['region', { region: 'en-GB' }, /<UserLocale>en-GB</],
  ['keyboard', { keyboard: '0413:00020409' }, /<InputLocale>0413:00020409</],
  ['timeZone', { timeZone: 'UTC' }, /<TimeZone>UTC</],
  ['productKey', { productKey: 'vk7jg-nphtm-c97jm-9mpgt-3v66t' }, /<Key>VK7JG-NPHTM-C97JM-9MPGT-3V66T</],
  ['edition', { edition: { kind: 'index', index: 6 } }, /\/IMAGE\/INDEX<\/Key>\s*<Value>6</],
  ['skipAccountScreens', { skipAccountScreens: true }, /<HideOnlineAccountScreens>true</],
  ['skipNetworkScreen', { skipNetworkScreen: true }, /BypassNRO[^]*<HideWirelessSetupInOOBE>true</],
  ['bypassHardwareChecks', { bypassHardwareChecks: true }, /pass="windowsPE"[^]*LabConfig[^]*BypassTPMCheck/],
  ['noDataCollection', { noDataCollection: true }, /AllowTelemetry[^]*<ProtectYourPC>3</],
  ['preventDeviceEncryption', { preventDeviceEncryption: true }, /PreventDeviceEncryption \/t REG_DWORD \/d 1/],
  ['join', { join: { kind: 'domain', domain: 'corp.example', user: 'joiner', password: 'x', organizationalUnit: 'OU=PCs,DC=corp' } }, /<JoinDomain>corp.example<[^]*<MachineObjectOU>OU=PCs,DC=corp</],
  ['disk', { disk: { disk: 1, table: 'mbr', recoveryMiB: 0 } }, /<DiskID>1<\/DiskID>\s*<PartitionID>2</],
  ['firstLogonCommands', { firstLogonCommands: ['a', 'b'] }, /<Order>2<\/Order>\s*<CommandLine>b</],
  ['updatePolicy', { updatePolicy: FULL.updatePolicy }, /DeferQualityUpdatesPeriodInDays \/t REG_DWORD \/d 7/],
])('%s has its effect and nothing else (%#)', (name, change, effect) => {
  const xml = build(change);
  expect(xml).toMatch(effect);
  expect(build({ ...change, [name]: NO_ANSWERS[name] })).not.toMatch(effect);
  expect(Object.keys(OPTION_SUPPORT)).toContain(name);
});

test('the support table knows every option, and nothing else', () => {
  expect(Object.keys(OPTION_SUPPORT).sort()).toEqual(Object.keys(NO_ANSWERS).filter((name) => name !== 'architectures').sort());
});

test('every component stands there once an architecture', () => {
  expect(buildAnswerFile(FULL).match(/processorArchitecture="arm64"/g)?.length).toBe(buildAnswerFile(FULL).match(/processorArchitecture="amd64"/g)?.length);
});

test('a disk is only ever erased by the script that checks it first', () => {
  for (const disk of ['only', 0, 3] as const) {
    for (const table of ['gpt', 'mbr'] as const) {
      const xml = build({ disk: { disk, table, recoveryMiB: 1024 }, bypassHardwareChecks: true });
      expect(xml).not.toContain('WillWipeDisk');
      expect(xml).not.toContain('DiskConfiguration');
      const all = commands(xml, 'Microsoft-Windows-Setup');
      for (const command of all) expect(command.length).toBeLessThanOrEqual(MAX_COMMAND);
      // The one command that runs anything with a disk comes last, and it is the check.
      expect(all.filter((command) => !command.includes(' echo ') && !command.startsWith('reg.exe'))).toEqual([all.at(-1)]);
      expect(all.at(-1)).toBe('cmd.exe /c X:\\wb-guard.cmd');
      const files = writtenFiles(xml);
      const guard = files['X:\\wb-guard.cmd'] ?? [];
      const number = disk === 'only' ? 0 : disk;
      expect(files['X:\\wb-look.txt']).toEqual([`select disk ${number}`, 'detail disk']);
      expect(files['X:\\wb-disk.txt']?.slice(0, 3)).toEqual([`select disk ${number}`, 'clean', `convert ${table}`]);
      const divides = guard.findIndex((line) => line.includes('wb-disk.txt'));
      const checks = guard.flatMap((line, index) => (line.includes('goto stop') ? [index] : []));
      expect(checks).toHaveLength(disk === 'only' ? 4 : 3);
      expect(Math.max(...checks)).toBeLessThan(divides);
      expect(guard.filter((line) => line.includes('wb-disk.txt'))).toHaveLength(1);
      // After the check failed there is no way but a restart.
      expect(guard.slice(-2)).toEqual(['wpeutil reboot', 'goto hold']);
    }
  }
});

test.each<[string, Partial<AnswerFileOptions>]>([
  ['answer-file-computer-name', { computerName: 'name with space' }],
  ['answer-file-computer-name', { computerName: '12345' }],
  ['answer-file-computer-name', { computerName: 'sixteen-letters-x' }],
  ['answer-file-computer-name', { computerName: "x'%SERIAL%" }],
  ['answer-file-computer-name', { computerName: '%USERNAME%' }],
  ['answer-file-computer-name', { computerName: 'FOURTEEN-CHARS%SERIAL%' }],
  ['answer-file-account', { account: { name: 'Administrator', displayName: '', password: '', administrator: true, autoLogons: 0 } }],
  ['answer-file-account', { account: { name: 'a/b', displayName: '', password: '', administrator: true, autoLogons: 0 } }],
  ['answer-file-account', { account: { name: 'Users', displayName: '', password: '', administrator: true, autoLogons: 0 } }],
  ['answer-file-account', { computerName: 'BENCH-1', account: { name: 'bench-1', displayName: '', password: '', administrator: true, autoLogons: 0 } }],
  ['answer-file-join', { computerName: 'BENCH-1', join: { kind: 'workgroup', name: 'Bench-1' } }],
  ['answer-file-text', { account: { name: 'a', displayName: '\u0001', password: '', administrator: true, autoLogons: 0 } }],
  ['answer-file-text', { firstLogonCommands: ['a\r\nb'] }],
  ['answer-file-text', { edition: { kind: 'name', name: '\ud800' } }],
  ['answer-file-locale', { language: 'Nederlands' }],
  ['answer-file-keyboard', { keyboard: '0413:20409' }],
  ['answer-file-time-zone', { timeZone: 'Europe/Amsterdam' }],
  ['answer-file-product-key', { productKey: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' }],
  ['answer-file-edition', { edition: { kind: 'index', index: 0 } }],
  ['answer-file-join', { join: { kind: 'workgroup', name: 'A B' } }],
  ['answer-file-join', { join: { kind: 'domain', domain: 'x y', user: 'a', password: 'b', organizationalUnit: '' } }],
  ['answer-file-conflict', { computerName: 'A-%SERIAL%', join: { kind: 'domain', domain: 'corp.example', user: 'a', password: 'b', organizationalUnit: '' } }],
  ['answer-file-conflict', { architectures: [] }],
  ['answer-file-disk', { disk: { disk: -1, table: 'gpt', recoveryMiB: 0 } }],
  ['answer-file-disk', { disk: { disk: 0, table: 'gpt', recoveryMiB: 1.5 } }],
  ['answer-file-command-too-long', { firstLogonCommands: ['x'.repeat(1025)] }],
  ['update-policy-invalid', { updatePolicy: { deferQualityDays: 31, deferFeatureDays: null, pauseQualityFrom: null, pauseFeatureFrom: null, target: null, excludeDrivers: false } }],
])('%s: %#', (code, change) => {
  expect(() => build(change)).toThrowError(expect.objectContaining({ code }));
});

test('time zones are those of Windows, none twice', () => {
  expect(new Set(TIME_ZONES).size).toBe(TIME_ZONES.length);
  expect(TIME_ZONES.length).toBeGreaterThan(130);
  expect(TIME_ZONES).toContain('W. Europe Standard Time');
});

test("somebody's own answer file is kept byte for byte and its oddities are named", () => {
  const own = bytes('\ufeff<?xml version="1.0"?>\n<!-- ours --><unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="windowsPE"><component name="Microsoft-Windows-Setup" processorArchitecture="x86"><DiskConfiguration><Disk><WillWipeDisk>true</WillWipeDisk></Disk></DiskConfiguration></component></settings><settings pass="generalize"/><settings pass="typo"/><Extensions><![CDATA[ a <b> && c ]]></Extensions></unattend>');
  const imported = importAnswerFile(own, 'own.xml', 'amd64');
  expect(imported.bytes).toBe(own);
  expect(imported.warnings).toEqual([
    { code: 'pass-not-run', pass: 'generalize' }, { code: 'pass-unknown', pass: 'typo' }, { code: 'wipes-disk' }, { code: 'architecture', found: 'x86' },
  ]);
  const utf16 = new Uint8Array([0xff, 0xfe, ...new Uint8Array(new Uint16Array([...build({ timeZone: 'UTC' })].map((char) => char.charCodeAt(0))).buffer)]);
  expect(importAnswerFile(utf16, 'own.xml').passes).toEqual(['specialize']);
});

test.each([
  ['a bare &', '<unattend>a & b</unattend>'],
  ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a "b">]><unattend/>'],
  ['an unknown entity', '<unattend>&boom;</unattend>'],
  ['a tag left open', '<unattend><settings></unattend>'],
  ['two roots', '<unattend/><unattend/>'],
  ['another root', '<html/>'],
  ['an attribute twice', '<unattend a="1" a="2"/>'],
  ['nothing', ''],
  ['text before', 'x<unattend/>'],
  ['a control character', '<unattend>\u0002</unattend>'],
  ['-- in a comment', '<unattend><!-- a -- b --></unattend>'],
  ['nested 10,000 levels deep', `<unattend>${'<a>'.repeat(10_000)}`],
  ['not UTF-8', '\xff'],
])('an answer file with %s is refused', (_, text) => {
  const raw = text === '\xff' ? new Uint8Array([0x3c, 0xff, 0xfe]) : bytes(text);
  expect(() => importAnswerFile(raw, 'own.xml')).toThrowError(expect.objectContaining({ code: 'answer-file-malformed' }));
});

need({ tools: ['xmllint'] })('what xmllint takes is taken, what it refuses is refused', async () => {
  const samples = [
    '<a/>', '<a b="&lt;" c=\'"\'>x<![CDATA[<&]]>&#x41;<?p q?></a>', '<a><b/></a >', '<a>]]></a>', '<a b=c/>', '<a b="<"/>', '<a><b></a></b>', '<1/>', '<a>&#65;</a>', '<a><!----></a>', '<a b="1"c="2"/>', '<a:b xmlns:a="u"/>',
  ];
  for (const sample of samples) {
    const theirs = await tool('xmllint', ['--noout', '--nonet', '-'], { input: sample }).then(() => true, () => false);
    let ours = true;
    try {
      scanXml(sample, () => undefined);
    } catch {
      ours = false;
    }
    expect(ours, sample).toBe(theirs);
  }
});
