import { expect, test } from 'vitest';
import { buildAnswerFile } from '../../../native-free-engine/deploy/answer-file/build.ts';
import { NO_ANSWERS } from '../../../native-free-engine/deploy/answer-file/options.ts';
import { mediaFiles } from '../../../native-free-engine/deploy/answer-file/place.ts';
import { autopilotFile, checkAutopilot, type AutopilotOptions } from '../../../native-free-engine/deploy/autopilot/autopilot.ts';
import { updatePolicyFile } from '../../../native-free-engine/deploy/update-policy/update-policy.ts';
import type { TreeEntry } from '../../../native-free-engine/io/file-tree.ts';

const POLICY = { deferQualityDays: 7, deferFeatureDays: null, pauseQualityFrom: null, pauseFeatureFrom: null, target: { product: 'Windows 11', version: '24H2' }, excludeDrivers: false };
const PROFILE: AutopilotOptions = {
  tenantId: '11111111-2222-3333-4444-555555555555', tenantDomain: 'contoso.onmicrosoft.com', profileId: '99999999-2222-3333-4444-555555555555', comment: 'Bénch 漢',
  deviceName: 'PC-%SERIAL%', language: 'nl-NL', region: '', hybridJoin: false, skipDomainCheck: false, standardUser: true, skipKeyboard: false, forceEnrollment: true,
};

async function textOf(entry: TreeEntry | undefined): Promise<string> {
  const source = await entry?.open();
  const bytes = new Uint8Array(source?.size ?? 0);
  await source?.readInto(0, bytes);
  expect(entry?.size).toBe(bytes.length);
  return new TextDecoder('latin1').decode(bytes);
}

test('an answer file lies where Setup takes it from', () => {
  const place = (change: object): string[] => mediaFiles({
    answerFile: new TextEncoder().encode(buildAnswerFile({ ...NO_ANSWERS, ...change })), autopilot: null, updatePolicy: null, setupComplete: [],
  }).map(({ path }) => path);
  expect(place({ language: 'nl-NL' })).toEqual(['Autounattend.xml']);
  // No windowsPE pass: at the root Setup would drop what comes later.
  expect(place({ timeZone: 'UTC' })).toEqual(['sources/$OEM$/$$/Panther/unattend.xml']);
});

test('SetupComplete.cmd brings the policy in and then runs what was asked', async () => {
  const files = mediaFiles({ answerFile: null, autopilot: null, updatePolicy: POLICY, setupComplete: ['echo gereed > C:\\gereed.txt'] });
  expect(files.map(({ path }) => path)).toEqual(['sources/$OEM$/$$/Setup/Scripts/UpdatePolicy.reg', 'sources/$OEM$/$$/Setup/Scripts/SetupComplete.cmd']);
  expect(await textOf(files[1])).toBe('@echo off\r\nreg.exe import "%~dp0UpdatePolicy.reg"\r\necho gereed > C:\\gereed.txt\r\n');
  expect((await textOf(files[0])).slice(0, 4)).toBe('\xff\xfeW\0');
  expect(updatePolicyFile(POLICY)).toBe('\ufeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate]\r\n"DeferQualityUpdates"=dword:00000001\r\n"DeferQualityUpdatesPeriodInDays"=dword:00000007\r\n"TargetReleaseVersion"=dword:00000001\r\n"TargetReleaseVersionInfo"="24H2"\r\n"ProductVersion"="Windows 11"\r\n');
});

test('commands that are not ASCII say their code page first; a line break cannot hide a second command', async () => {
  const files = mediaFiles({ answerFile: null, autopilot: null, updatePolicy: null, setupComplete: ['echo é'] });
  expect(await textOf(files[0])).toContain('chcp 65001');
  expect(() => mediaFiles({ answerFile: null, autopilot: null, updatePolicy: null, setupComplete: ['a\nb'] })).toThrowError(expect.objectContaining({ code: 'answer-file-text' }));
});

test('an Autopilot profile is ASCII without a mark and has its fields', async () => {
  const [file] = mediaFiles({ answerFile: null, autopilot: autopilotFile(PROFILE), updatePolicy: null, setupComplete: [] });
  expect(file?.path).toBe('sources/$OEM$/$$/Provisioning/Autopilot/AutopilotConfigurationFile.json');
  const text = await textOf(file);
  expect(text).toMatch(/^[\n -~]+$/);
  expect(JSON.parse(text)).toEqual({
    CloudAssignedTenantId: PROFILE.tenantId, CloudAssignedTenantDomain: 'contoso.onmicrosoft.com', CloudAssignedDeviceName: 'PC-%SERIAL%', CloudAssignedLanguage: 'nl-NL',
    CloudAssignedDomainJoinMethod: 0, CloudAssignedForcedEnrollment: 1, CloudAssignedOobeConfig: 256 + 1 + 2 + 4 + 8 + 16,
    CloudAssignedAadServerData: '{"ZeroTouchConfig":{"CloudAssignedTenantUpn":"","ForcedEnrollment":1,"CloudAssignedTenantDomain":"contoso.onmicrosoft.com"}}',
    ZtdCorrelationId: PROFILE.profileId, Version: 2049, Comment_File: 'Bénch 漢',
  });
});

test("somebody's own profile keeps fields that are not known here, and loses its mark", () => {
  const own = JSON.stringify({ ...(JSON.parse(autopilotFile(PROFILE)) as object), Future: ['ü'] });
  expect(JSON.parse(checkAutopilot(`\ufeff${own}`))).toMatchObject({ Future: ['ü'], Version: 2049 });
});

test.each<[string, (profile: Record<string, unknown>) => void]>([
  ['another version', (profile) => void (profile['Version'] = 1)],
  ['no tenant', (profile) => void delete profile['CloudAssignedTenantId']],
  ['a tenant that is no GUID', (profile) => void (profile['CloudAssignedTenantId'] = 'contoso')],
  ['server data that is no JSON', (profile) => void (profile['CloudAssignedAadServerData'] = '{')],
  ['a join method of 2', (profile) => void (profile['CloudAssignedDomainJoinMethod'] = 2)],
  ['a device name too long', (profile) => void (profile['CloudAssignedDeviceName'] = 'ABCDEFGHIJKLMNO%SERIAL%')],
  ['a device name too long by its random digits', (profile) => void (profile['CloudAssignedDeviceName'] = 'AB%RAND:14%')],
])('a profile with %s is refused', (_, change) => {
  const profile = JSON.parse(autopilotFile(PROFILE)) as Record<string, unknown>;
  change(profile);
  expect(() => checkAutopilot(JSON.stringify(profile))).toThrowError(expect.objectContaining({ code: 'autopilot-invalid' }));
});

test('a profile that is no object is refused', () => {
  for (const text of ['', '[]', 'null', '{', '"x"', `"${'x'.repeat(70_000)}"`]) expect(() => checkAutopilot(text)).toThrowError(expect.objectContaining({ code: 'autopilot-invalid' }));
});
