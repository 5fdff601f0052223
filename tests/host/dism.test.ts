import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CommandResult, CommandRunner } from '../../src/host/command.ts';
import { createWindowsServicing, dismFailure, parseMountedImages } from '../../src/host/windows/dism.ts';

/** All answers here are CONSTRUCTED from Microsoft's documentation of DISM and what people show of it; none was recorded. */
const BANNER = '\r\nDeployment Image Servicing and Management tool\r\nVersion: 10.0.26100.1\r\n\r\n';
const DONE = `${BANNER}The operation completed successfully.\r\n`;
const MOUNTED = `${BANNER}Mounted images:

Mount Dir : C:\\Users\\anna\\AppData\\Local\\Temp\\werkbank-mount-4711-AbC123
Image File : D:\\images\\boot.wim
Image Index : 1
Mounted Read/Write : Yes
Status : Needs Remount

Mount Dir : C:\\mount
Image File : \\\\?\\D:\\images\\install.wim
Image Index : 6
Mounted Read/Write : No
Status : Ok

Mount Dir : C:\\Temp\\werkbank-mount-42-zzz
Image File : D:\\images\\other.wim
Image Index : 1
Mounted Read/Write : Yes
Status : Ok

The operation completed successfully.
`.replaceAll('\n', '\r\n');
const REFUSED = `${BANNER}Image Version: 10.0.26100.1742

Searching for driver packages to install...
Found 1 driver package(s) to install.
Installing 1 of 1 - D:\\drivers\\old.inf: Error - An error occurred. The driver package could not be installed.
For more information, check for log files in the <windir>\\inf folder of the target image.

Error: 50

The request is not supported.

The DISM log file can be found at C:\\WINDOWS\\Logs\\DISM\\dism.log
`.replaceAll('\n', '\r\n');

test('constructed: mounted images, and what went wrong', () => {
  expect(parseMountedImages(MOUNTED)).toEqual([
    { folder: 'C:\\Users\\anna\\AppData\\Local\\Temp\\werkbank-mount-4711-AbC123', image: 'D:\\images\\boot.wim', status: 'Needs Remount' },
    { folder: 'C:\\mount', image: 'D:\\images\\install.wim', status: 'Ok' },
    { folder: 'C:\\Temp\\werkbank-mount-42-zzz', image: 'D:\\images\\other.wim', status: 'Ok' },
  ]);
  expect(parseMountedImages(`${BANNER}Mounted images:\r\n\r\nNo mounted images found.\r\n`)).toEqual([]);
  expect(dismFailure(REFUSED)).toBe('Error: 50 The request is not supported.');
  expect(dismFailure('what nobody expected')).toBe('what nobody expected');
});

/** A DISM that answers by its verb, and remembers what it was told. */
function standIn(answers: Partial<Record<string, Partial<CommandResult>>> = {}): { run: CommandRunner; told: string[] } {
  const told: string[] = [];
  const run: CommandRunner = (program, args) => {
    expect(program).toBe('dism.exe');
    expect(args.slice(0, 2)).toEqual(['/English', '/NoRestart']);
    const line = args.slice(2).map((arg) => arg.replace(/[^:=]*werkbank-mount-\d+-\w+/, (folder) => {
      // Windows cannot be had here: folders of this test are in this system's own form.
      if (folder.startsWith('/')) expect(existsSync(folder)).toBe(true);
      return folder.startsWith('/') ? 'FOLDER' : folder;
    })).join(' ');
    told.push(line);
    const verb = Object.keys(answers).find((each) => line.includes(each));
    return Promise.resolve({ code: 0, stdout: DONE, stderr: '', ...(verb ? answers[verb] : {}) });
  };
  return { run, told };
}

const REQUEST = { image: 'D:\\my images\\boot.wim', index: 1, infs: ['D:\\drivers\\e2f.inf', 'D:\\drivers\\old.inf'] };
const MOUNT = '/Mount-Image /ImageFile:D:\\my images\\boot.wim /Index:1 /MountDir:FOLDER';

test('drivers are added between mount and commit', async () => {
  const { run, told } = standIn();
  await createWindowsServicing(run, () => true).register(REQUEST);
  expect(told).toEqual([
    '/Get-MountedImageInfo', MOUNT, '/Image:FOLDER /Add-Driver /Driver:D:\\drivers\\e2f.inf', '/Image:FOLDER /Add-Driver /Driver:D:\\drivers\\old.inf', '/Unmount-Image /MountDir:FOLDER /Commit',
  ]);
});

test('one driver that is refused: nothing of it is kept, and it is named', async () => {
  const { run, told } = standIn({ 'old.inf': { code: 50, stdout: REFUSED } });
  await expect(createWindowsServicing(run, () => true).register(REQUEST)).rejects.toMatchObject({
    code: 'driver-not-registered', params: { driver: 'old.inf', reason: 'Error: 50 The request is not supported.' },
  });
  expect(told.slice(-2)).toEqual(['/Unmount-Image /MountDir:FOLDER /Discard', '/Cleanup-Mountpoints']);
  expect(told.join()).not.toContain('/Commit');
});

test('a mount or a commit that fails, and cancelling, discard as well', async () => {
  const failing = standIn({ '/Commit': { code: 1, stdout: 'Error: 0xc1420127\r\n' } });
  await expect(createWindowsServicing(failing.run, () => true).register(REQUEST)).rejects.toMatchObject({ code: 'tool-failed', params: { tool: 'DISM', detail: 'Error: 0xc1420127' } });
  expect(failing.told.slice(-2)).toEqual(['/Unmount-Image /MountDir:FOLDER /Discard', '/Cleanup-Mountpoints']);
  const refused = standIn({ '/Mount-Image': { code: 2, stdout: 'Error: 2\r\n' } });
  await expect(createWindowsServicing(refused.run, () => true).register(REQUEST)).rejects.toMatchObject({ code: 'tool-failed' });
  expect(refused.told.join()).not.toContain('/Add-Driver');
  const { run, told } = standIn();
  const stop = new AbortController();
  const cancelling: CommandRunner = (program, args, options) => {
    if (args.includes('/Add-Driver')) stop.abort();
    return run(program, args, options);
  };
  await expect(createWindowsServicing(cancelling, () => true).register({ ...REQUEST, signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(told.filter((line) => line.includes('/Add-Driver'))).toHaveLength(1);
  expect(told).toContain('/Unmount-Image /MountDir:FOLDER /Discard');
});

test('what a program of ours that died left mounted is discarded first; what others have mounted is theirs', async () => {
  const { run, told } = standIn({ '/Get-MountedImageInfo': { stdout: MOUNTED } });
  await createWindowsServicing(run, () => true, (pid) => pid === 42).register({ ...REQUEST, infs: [] });
  expect(told.slice(0, 4)).toEqual([
    '/Get-MountedImageInfo', '/Unmount-Image /MountDir:C:\\Users\\anna\\AppData\\Local\\Temp\\werkbank-mount-4711-AbC123 /Discard', '/Cleanup-Mountpoints', MOUNT,
  ]);
});

test('without rights nothing is started', async () => {
  const { run, told } = standIn();
  await expect(createWindowsServicing(run, () => false).register(REQUEST)).rejects.toMatchObject({ code: 'rights-needed' });
  expect(told).toEqual([]);
});
