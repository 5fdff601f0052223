import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { makingAlone } from '../../src/jobs/index.ts';
import { run } from '../engine/lab.ts';
import { need } from '../support/need.ts';
import { seeded } from '../support/seeded.ts';
import { werkbank } from './support.ts';
import { unmount } from '../labs/mount.ts';

const folder = mkdtempSync(join(tmpdir(), 'werkbank-wim-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
mkdirSync(at('tree/sub'), { recursive: true });
for (const i of [1, 2, 3]) writeFileSync(at(`tree/sub/noise-${i}`), seeded(i).bytes(100_000));
writeFileSync(at('tree/text'), 'text '.repeat(20_000));
const wim = at('x.wim');

test('a folder becomes a WIM, is listed, verified, split, joined, exported and extracted from the terminal', async () => {
  expect(await werkbank(['wim', 'capture', at('tree'), wim, '--name', 'Mijn map', '--boot', '--check'])).toMatchObject({ exitCode: 0, err: [] });
  for (const command of [['wim', 'list'], ['inspect']]) {
    const { out, exitCode } = await werkbank([...command, wim]);
    expect(exitCode).toBe(0);
    expect(out[0]).toMatch(/^x\.wim: 30\d kB, XPRESS$/);
    expect(out[1]).toMatch(/^ {2}1 Mijn map, made \d{4}-\d\d-\d\d \(400 kB\), boots$/);
  }
  expect((await werkbank(['inspect', wim, '--lang', 'nl'])).out[1]).toMatch(/gemaakt .*start op$/);
  expect((await werkbank(['wim', 'list', wim, '--json'])).events[0]).toMatchObject({
    event: 'wim', wim: { path: wim, parts: 1, compression: 'xpress', solid: false, bootIndex: 1, images: [{ index: 1, name: 'Mijn map', size: 400_000 }] },
  });
  expect((await werkbank(['wim', 'verify', wim])).out).toEqual(['Sound: 1 image, 400 kB of contents checked.', 'Its integrity table holds as well.']);

  const split = await werkbank(['wim', 'split', wim, at('part.swm'), '--part-size', '150k']);
  expect(split.exitCode).toBe(0);
  expect(readdirSync(folder).filter((name) => name.endsWith('.swm')).sort()).toEqual(['part.swm', 'part2.swm', 'part3.swm']);
  expect((await werkbank(['wim', 'list', at('part2.swm')])).out[0]).toContain('in 3 parts');
  expect((await werkbank(['wim', 'join', at('part.swm'), at('joined.wim')])).exitCode).toBe(0);
  expect((await werkbank(['wim', 'export', at('joined.wim'), at('exported.wim'), '--compress', 'none', '--image', '1'])).exitCode).toBe(0);
  expect((await werkbank(['wim', 'extract', at('exported.wim'), '1', at('out'), 'sub'])).out).toEqual([`3 files and 1 folder, 300 kB, in ${at('out')}.`]);
  expect(readFileSync(at('out/sub/noise-2')).equals(readFileSync(at('tree/sub/noise-2')))).toBe(true);
});

test('a WIM that somebody is making is not made by another, and what is there of it stays', async () => {
  mkdirSync(at('made'));
  writeFileSync(at('made/x.wim.partial'), 'half');
  await makingAlone(at('made/x.wim'), async () => {
    for (const command of [['capture', at('tree'), at('made/x.wim')], ['export', wim, at('made/x.wim')], ['split', wim, at('made/x.wim')]]) {
      expect((await werkbank(['wim', ...command, '--json'])).events.at(-1)).toMatchObject({ event: 'ended', code: 'disk-busy' });
    }
    expect(readFileSync(at('made/x.wim.partial'), 'utf8')).toBe('half');
  });
  expect(await werkbank(['wim', 'capture', at('tree'), at('made/x.wim')])).toMatchObject({ exitCode: 0 });
  expect(readdirSync(at('made'))).toEqual(['x.wim']);
});

test('what cannot be done is said, with the exit code of its kind', async () => {
  expect(await werkbank(['wim', 'capture', at('tree'), wim])).toMatchObject({ exitCode: 3, err: [expect.stringContaining('already exists'), expect.anything()] });
  expect(await werkbank(['wim', 'extract', wim, '2', at('none')])).toMatchObject({ exitCode: 2, err: [expect.stringContaining('has no image 2'), expect.anything()] });
  expect(await werkbank(['wim', 'extract', wim, 'x', at('none')])).toMatchObject({ exitCode: 2 });
  expect((await werkbank(['wim', 'split', wim, at('small.swm'), '--part-size', '50k', '--lang', 'nl'])).err[0]).toContain('past niet in een deel van 50');
  expect((await werkbank(['inspect', at('none.wim')])).err[0]).toContain('does not exist');
  writeFileSync(at('bad.wim'), readFileSync(wim).subarray(0, 200_000));
  expect((await werkbank(['wim', 'verify', at('bad.wim')])).err[0]).toContain('cut off');
});

test.each([
  ['capture', () => ['capture', at('large'), at('new.wim')]], ['export', () => ['export', at('large.wim'), at('new.wim'), '--compress', 'lzx']],
  ['split', () => ['split', at('large.wim'), at('new.swm'), '--part-size', '13M']], ['join', () => ['join', at('large.swm'), at('new.wim')]], ['extract', () => ['extract', at('large.wim'), '1', at('new')]],
] as const)('Ctrl+C while it does %s leaves no file behind, and progress was shown', async (_, args) => {
  if (!existsSync(at('large'))) {
    mkdirSync(at('large'));
    for (const i of [1, 2, 3, 4]) writeFileSync(at(`large/noise-${i}`), seeded(i).bytes(12_000_000));
    expect(await werkbank(['wim', 'capture', at('large'), at('large.wim'), '--compress', 'none'])).toMatchObject({ exitCode: 0 });
    expect(await werkbank(['wim', 'split', at('large.wim'), at('large.swm'), '--part-size', '13M'])).toMatchObject({ exitCode: 0 });
  }
  const before = readdirSync(folder);
  let press = (): void => undefined;
  // Once: a second time would end the program at once.
  const pressOnce = (): void => {
    const now = press;
    press = () => undefined;
    now();
  };
  const { exitCode, drawn } = await werkbank(['wim', ...args()], { live: true, interrupt: (pressed) => (press = pressed), onDraw: pressOnce });
  expect(exitCode).toBe(EXIT.cancelled);
  expect(drawn.flat().join('\n')).toMatch(/\d+ ?%/);
  const left = readdirSync(folder, { recursive: true }).map(String).filter((name) => !before.includes(name) && !before.some((known) => name.startsWith(`${known}/`)));
  // Whole files of an image stay when it is extracted, as with every other extraction.
  expect(left.filter((name) => !/^new(?:$|\/noise-\d$)/.test(name))).toEqual([]);
  rmSync(at('new'), { recursive: true, force: true });
});

need({ tools: ['mount'], root: true })('a split that does not fit is refused before a part is written', async () => {
  mkdirSync(at('small'));
  run('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', at('small')]);
  try {
    expect((await werkbank(['wim', 'split', wim, at('small/x.swm'), '--part-size', '150k'])).err[0]).toContain('no space left');
    expect((await werkbank(['wim', 'join', wim, at('small/x.wim')])).err[0]).toContain('no space left');
    expect((await werkbank(['wim', 'export', wim, at('small/y.wim'), '--compress', 'none'])).err[0]).toContain('no space left');
    expect(readdirSync(at('small'))).toEqual([]);
  } finally {
    await unmount(at('small'));
  }
});
