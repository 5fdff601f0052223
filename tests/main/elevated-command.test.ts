import { expect, test } from 'vitest';
import { formatHostArguments, parseHostArguments } from '../../src/main/engine-host/arguments.ts';
import { elevatedArgs } from '../../src/host/elevation.ts';
import { elevatedCommand, type ProgramPlace } from '../../src/main/services/elevated-command.ts';

const packaged: ProgramPlace = { platform: 'linux', execPath: '/opt/Werkbank/werkbank', appImage: undefined, appPath: null, engineHostFile: null };
const hostArguments = ['--engine-host', '--app-version=1'];
const linux = ['--no-sandbox', '--no-zygote', '--ozone-platform=headless'];

test.each<[string, Partial<ProgramPlace>, string, string[]]>([
  ['installed on Linux', {}, '/opt/Werkbank/werkbank', [...linux, ...hostArguments]],
  ['an AppImage, whose mount root cannot read', { execPath: '/tmp/.mount_X/werkbank', appImage: '/home/me/Werkbank.AppImage' }, '/home/me/Werkbank.AppImage', [...linux, ...hostArguments]],
  ['installed on Windows', { platform: 'win32', execPath: 'C:\\Werkbank.exe' }, 'C:\\Werkbank.exe', hostArguments],
  ['APPIMAGE means nothing on macOS', { platform: 'darwin', appImage: '/x', execPath: '/Applications/Werkbank.app/Contents/MacOS/Werkbank' }, '/Applications/Werkbank.app/Contents/MacOS/Werkbank', hostArguments],
  ['from a checkout', { execPath: '/dist/electron', appPath: '/checkout' }, '/dist/electron', ['/checkout', ...linux, ...hostArguments]],
  ['in the preview', { execPath: '/node', appPath: '/checkout', engineHostFile: '/checkout/out/main/engine-host.js' }, '/node', ['/checkout/out/main/engine-host.js', ...hostArguments]],
])('the program to start again: %s', (_what, place, program, args) => {
  expect(elevatedCommand({ ...packaged, ...place }, hostArguments)).toEqual({ program, args });
});

test('the arguments come back as they went, between those of Chromium', () => {
  const args = formatHostArguments({ appVersion: '1.2.3', practiceFolder: '/a b/--socket=é' });
  const command = { program: '/p', args: ['/checkout', ...linux, ...args], socketPath: '/tmp/x y/socket', tokenPath: '/tmp/x y/token' };
  expect(parseHostArguments(elevatedArgs(command))).toEqual({
    appVersion: '1.2.3', practiceFolder: '/a b/--socket=é', rendezvous: { socketPath: '/tmp/x y/socket', tokenPath: '/tmp/x y/token' },
  });
  expect(parseHostArguments(formatHostArguments({ appVersion: '1', practiceFolder: null }))).toEqual({ appVersion: '1', practiceFolder: null, rendezvous: null });
});
