/** Command lines and answers constructed from the documentation of zenity and kdialog; the programs themselves are not needed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { need } from '../support/need.ts';
import { askMessage, chooseFiles, chooseSave } from '../electron-stand-in/desktop-dialogs.ts';
import { temporaryFolder } from './launch-fixture.ts';

const onLinux = need({ linux: true });

/** Puts a program of that name alone on the PATH; it notes its arguments, prints `answer` and ends with `code`. */
function install(name: string, answer: string, code = 0): () => string[] {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, name), `#!/bin/sh\nfor a in "$@"; do printf '%s\\0' "$a"; done > "\${0%/*}/arguments"\nprintf '%s\\n' '${answer}'\nexit ${code}\n`, { mode: 0o755 });
  const before = process.env['PATH'];
  process.env['PATH'] = folder;
  onTestFinished(() => { process.env['PATH'] = before; });
  return () => readFileSync(join(folder, 'arguments'), 'utf8').split('\0').slice(0, -1);
}

const filters = [{ name: 'Images', extensions: ['iso', 'img'] }, { name: 'All', extensions: ['*'] }];
const buttons = ['Go on', 'Stop', 'Stay'];

onLinux('zenity chooses files, a place to save, and an answer', async () => {
  const opened = install('zenity', '/tmp/a b.iso');
  expect(await chooseFiles({ title: 'Image', filters })).toEqual(['/tmp/a b.iso']);
  expect(opened()).toEqual(['--file-selection', '--title=Image', '--file-filter=Images | *.iso *.img', '--file-filter=All | *']);
  expect(await chooseSave({ defaultPath: 'r.html' })).toBe('/tmp/a b.iso');
  expect(opened()).toEqual(['--file-selection', '--save', '--confirm-overwrite', '--title=Werkbank', '--filename=r.html']);
  const asked = install('zenity', 'Stop', 1);
  expect(await askMessage({ message: 'Busy', detail: '50 %', buttons, cancelId: 2 })).toBe(1);
  expect(asked()).toEqual(['--question', '--switch', '--no-markup', '--title=Werkbank', '--text=Busy\n\n50 %', '--extra-button=Go on', '--extra-button=Stop', '--extra-button=Stay']);
});

onLinux('a closed dialog is a change of mind', async () => {
  for (const program of ['zenity', 'kdialog']) {
    install(program, '', 1);
    expect(await chooseFiles({})).toEqual([]);
    expect(await chooseSave({})).toBe('');
    expect(await askMessage({ message: 'Busy', buttons, cancelId: 2 })).toBe(2);
  }
});

onLinux('kdialog does the same', async () => {
  const opened = install('kdialog', '/srv/practice');
  expect(await chooseFiles({ title: 'Folder', defaultPath: '/srv', properties: ['openDirectory'] })).toEqual(['/srv/practice']);
  expect(opened()).toEqual(['--title', 'Folder', '--getexistingdirectory', '/srv']);
  await chooseFiles({ defaultPath: '/srv', filters });
  expect(opened()).toEqual(['--title', 'Werkbank', '--getopenfilename', '/srv', '*.iso *.img | Images\n* | All']);
  const asked = install('kdialog', '1');
  expect(await askMessage({ message: 'Busy', buttons })).toBe(1);
  expect(asked()).toEqual(['--title', 'Werkbank', '--menu', 'Busy', '0', 'Go on', '1', 'Stop', '2', 'Stay']);
});
