// `node bench/media/stick.ts [--rounds N] [--folder DIR]`: a Windows-sized stick against mtools on the same loop device.
// Needs root, loop devices, GNU time, mtools, wimlib-imagex, 7z and what tests/labs/windows-iso.ts needs; about 16 GB in the folder.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { windowsIso } from '../../tests/labs/windows-iso.ts';
import { machine, race, shell, table, type Contestant } from '../support/measure.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, folder: { type: 'string', default: join(tmpdir(), 'werkbank-bench') } } });
const { folder } = values;
const MIB = 1024 ** 2;
mkdirSync(folder, { recursive: true });

// The disc: 5 GiB, most of it one install.wim; and the same files as they are on the stick, the WIM split already.
const iso = await windowsIso({ installMb: 5000 });
const tree = join(folder, 'windows-tree');
if (!existsSync(tree)) {
  execFileSync('7z', ['x', '-y', `-o${tree}`, iso], { stdio: 'ignore' });
  execFileSync('wimlib-imagex', ['split', join(tree, 'sources/install.wim'), join(tree, 'sources/install.swm'), '4094'], { stdio: 'ignore' });
  execFileSync('rm', [join(tree, 'sources/install.wim')]);
}
const backing = join(folder, 'stick.img');
if (!existsSync(backing)) execFileSync('fallocate', ['-l', String(7 * 1024 * MIB), backing]);
const loop = execFileSync('losetup', ['--find', '--show', backing], { encoding: 'utf8' }).trim();

const ours = (name: string, ...args: string[]): Contestant => ({
  name, program: process.execPath, args: [join(import.meta.dirname, '../../src/cli/main.ts'), 'media', 'windows', iso, '--to', loop, '--yes', '--no-eject', ...args],
});
const partition = `${loop}@@1M`;
try {
  const measured = await race(
    [
      ours('werkbank media windows, split on the way', '--no-verify'),
      ours('werkbank media windows + every file read back'),
      shell('mformat, mcopy of the split tree, sync', `mformat -i ${partition} -T ${(7 * 1024 - 2) * 2048} -c 8 -F -v WINUSB :: && cd ${tree} && mcopy -s -Q -o -i ${partition} * ::/ && sync ${loop}`),
    ],
    Number(values.rounds),
    [iso, backing, loop],
  );
  const goals = [{ ours: 'werkbank media windows, split on the way', peer: 'mformat, mcopy of the split tree, sync', atMost: 1.15 }];
  console.log(`\n## stick\n\n${machine()}; medians of ${values.rounds}, interleaved after one round that does not count\n\n${table(measured, goals)}`);
} finally {
  execFileSync('losetup', ['-d', loop]);
}
