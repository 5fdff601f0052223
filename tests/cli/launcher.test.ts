import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../bin/werkbank', import.meta.url));
let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A checkout in a folder with a space in its name, whose set-up says so and provides the Node that runs this. */
function checkout(): string {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'werkbank launcher ')));
  for (const folder of ['bin', 'scripts', 'src/cli', 'links']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(LAUNCHER, join(root, 'bin/werkbank'));
  writeFileSync(join(root, 'src/cli/main.ts'), 'console.log(JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(2) })); process.exitCode = 7;');
  writeFileSync(join(root, 'scripts/setup.mjs'), `
    import { mkdirSync, symlinkSync } from 'node:fs';
    const bin = new URL('../node_modules/.bin/', import.meta.url);
    mkdirSync(bin, { recursive: true });
    symlinkSync(${JSON.stringify(process.execPath)}, new URL('node', bin));
    console.log('set up with', process.argv.slice(2).join(' '));
  `);
  return root;
}

test('sets itself up once, with nothing of that in its output; passes arguments, folder and exit code on', () => {
  const folder = checkout();
  const args = ['write', 'a b.img', '--to', '', '$HOME', '*'];
  const first = spawnSync(join(folder, 'bin/werkbank'), args, { cwd: tmpdir(), encoding: 'utf8' });
  expect(first.status).toBe(7);
  expect(JSON.parse(first.stdout)).toMatchObject({ args });
  expect(first.stderr).toBe('set up with --quiet\n');
  const second = spawnSync(join(folder, 'bin/werkbank'), args, { cwd: folder, encoding: 'utf8' });
  expect(JSON.parse(second.stdout)).toEqual({ cwd: folder, args });
  expect(second.stderr).toBe('');
});

test('finds its checkout through a chain of links, absolute and relative', () => {
  const folder = checkout();
  symlinkSync(join(folder, 'bin/werkbank'), join(folder, 'links/absolute'));
  symlinkSync('absolute', join(folder, 'links/relative'));
  symlinkSync('links/relative', join(folder, 'werkbank'));
  expect(spawnSync(join(folder, 'werkbank'), [], { cwd: tmpdir(), encoding: 'utf8' }).status).toBe(7);
});

test('set-up that fails ends the program, with what it had to say', () => {
  const folder = checkout();
  writeFileSync(join(folder, 'scripts/setup.mjs'), "console.error('no network'); process.exit(1);");
  const { status, stdout, stderr } = spawnSync(join(folder, 'bin/werkbank'), ['disks'], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: 'no network\n' });
});
