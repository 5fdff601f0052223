import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { toolEnv } from '../labs/tool.ts';
import { unfold } from '../support/disc-tree.ts';
import { need } from './need.ts';
import { startProgram, type RunningProgram } from './window.ts';
import { agreeAndStart, begin, lookAt, next, reportShown } from './wizard.ts';

let program: RunningProgram | undefined;
let folder = '';
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'werkbank-discs-'));
});
test.afterEach(async () => {
  await program?.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (tool: string, args: readonly string[]): string => execFileSync(tool, args, { encoding: 'utf8', env: toolEnv, stdio: ['ignore', 'pipe', 'pipe'] });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const FILES: Readonly<Record<string, Buffer>> = {
  'efi/boot/bootx64.efi': Buffer.alloc(120_000, 'loader'),
  'isolinux/isolinux.bin': Buffer.alloc(24_000, 'isolinux'),
  'tools/Größe.txt': Buffer.from('names beyond ASCII'),
  'tools/drivers/net.inf': Buffer.alloc(9000, 'inf'),
  'tools/drivers/storage.inf': Buffer.alloc(7000, 'inf'),
  'readme.txt': Buffer.from('hello'),
};

function makeFolder(): string {
  const from = join(folder, 'Bench tools');
  for (const [path, bytes] of Object.entries(FILES)) {
    mkdirSync(dirname(join(from, path)), { recursive: true });
    writeFileSync(join(from, path), bytes);
  }
  return from;
}

/** Files under a folder, by path, with their hashes. */
function hashes(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(root, name)).isFile());
  return Object.fromEntries(names.sort().map((name) => [name, sha256(readFileSync(join(root, name)))]));
}

/** Nothing on this step is hard to use for people who see, hear or point otherwise, and nothing sticks out. */
async function sound(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)).toEqual([]);
  const wide: unknown = await page.evaluate(`[...document.querySelectorAll('.wizard-content, .wizard-footer, .panel, .disc-tree, .disc-row, .button')]
    .filter((element) => element.scrollWidth > element.clientWidth + 1).map(({ className }) => className)`);
  expect(wide).toEqual([]);
  // A hidden input outside its row would scroll the whole window away.
  expect(await page.evaluate('document.documentElement.scrollHeight - document.documentElement.clientHeight')).toBeLessThanOrEqual(0);
}

/** From the question where the ISO goes to its report. */
async function makeAt({ chooses }: RunningProgram, page: Page, iso: string): Promise<void> {
  await chooses(iso);
  await page.locator('.image-choose').click();
  await next(page);
  await agreeAndStart(page);
  await reportShown(page);
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const home = (page: Page): Promise<void> => page.locator('.header-home').click();

need({ tools: ['7z', 'xorriso', 'sgdisk'] })('a folder becomes an ISO in the window: what it starts is found, it starts from a stick too, and other programs read it', async () => {
  program = await startProgram();
  const { page } = program;
  const from = makeFolder();
  const iso = join(folder, 'bench.iso');
  await begin(page, 'iso');
  await lookAt(page, from);
  await expect(page.getByText('a BIOS, UEFI')).toBeVisible();
  await page.getByLabel('Name of the disc').fill('BENCH 7');
  await next(page);
  await expect(page.getByRole('radio', { name: /isolinux\/isolinux\.bin/ })).toBeChecked();
  await expect(page.getByRole('radio', { name: /^Made of the loaders/ })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: /^Also starts from a stick/ })).toBeChecked();
  await next(page);
  await makeAt(program, page, iso);
  await expect(heading(page)).toHaveText('The ISO is made');

  expect(run('7z', ['t', iso])).toContain('Everything is Ok');
  expect(run('sgdisk', ['-v', iso])).toContain('No problems found.');
  expect(run('xorriso', ['-indev', iso, '-report_el_torito', 'plain'])).toMatch(/1\s+BIOS\s+y\s+none[^]*2\s+UEFI\s+y\s+none/);
  run('7z', ['x', '-y', `-o${join(folder, 'theirs')}`, iso]);
  const theirs = hashes(join(folder, 'theirs'));
  for (const [path, bytes] of Object.entries(FILES)) if (!path.endsWith('isolinux.bin')) expect(theirs[path], path).toBe(sha256(bytes));

  // Once more to the same place: only when it is said that what is there may go.
  await page.locator('.wizard-footer .button-primary').click();
  await expect(page.getByLabel('Name of the disc')).toHaveValue('BENCH 7');
  await next(page);
  await page.getByRole('radio', { name: /^It only holds files/ }).press('Space');
  await next(page);
  await page.locator('.image-typed input').fill(iso);
  await next(page);
  await expect(page.getByRole('alert')).toContainText('already exists');
  await expect(page.locator('.wizard-footer [data-act]')).toBeDisabled();
  const before = statSync(iso).size;
  await page.getByRole('checkbox', { name: /^Replace the existing file/ }).press('Space');
  await page.locator('.plan-steps').waitFor();
  await page.locator('.wizard-footer [data-act]').click();
  await reportShown(page);
  expect(statSync(iso).size).toBeLessThan(before);
  expect(run('xorriso', ['-indev', iso, '-report_el_torito', 'plain'])).not.toContain('El Torito boot img');
});

need({ tools: ['xorriso'] })('a folder with names that are none for Windows becomes an ISO for Linux, once that is chosen', async () => {
  program = await startProgram();
  const { page } = program;
  const from = join(folder, 'linux');
  mkdirSync(join(from, 'src'), { recursive: true });
  for (const name of ['aux.c', 'a:b', 'A', 'a']) writeFileSync(join(from, 'src', name), name);
  const iso = join(folder, 'linux.iso');
  await begin(page, 'iso');
  await lookAt(page, from);
  await expect(page.getByText(/^src\/A and src\/a are one name to Windows|^src\/a and src\/A are one name to Windows/)).toBeVisible();
  await expect(page.locator('.wizard-footer .button-primary')).toBeDisabled();
  await sound(page);
  await page.getByRole('checkbox', { name: /^Names as Linux has them/ }).press('Space');
  await next(page);
  await next(page);
  await makeAt(program, page, iso);
  run('xorriso', ['-osirrox', 'on', '-indev', iso, '-extract', '/', join(folder, 'linux-out')]);
  expect(hashes(join(folder, 'linux-out'))).toEqual(hashes(from));
});

need({ tools: ['xorriso'] })('an ISO is looked into with the keyboard, files are found and taken out, and nothing that exists is replaced unasked', async () => {
  program = await startProgram();
  const { page } = program;
  const iso = join(folder, 'theirs.iso');
  run('xorriso', ['-as', 'mkisofs', '-quiet', '-input-charset', 'UTF-8', '-J', '-R', '-V', 'THEIRS', '-o', iso, makeFolder()]);
  await begin(page, 'extract');
  await lookAt(page, iso);
  await expect(page.getByRole('heading', { name: 'THEIRS' })).toBeVisible();
  await next(page);
  await page.getByRole('radio', { name: /^What I choose/ }).press('Space');
  await expect(page.getByRole('button', { name: 'Next' })).toBeDisabled();

  // Down to "tools", unfold it and the folder in it, and choose what lies there.
  const tree = page.getByRole('treegrid');
  await unfold(page, 'tools', 'drivers');
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('row', { name: 'storage.inf' }).waitFor();
  await page.keyboard.press('Space');
  await expect(page.locator('.wizard-footer')).toContainText('2 files');
  await page.getByLabel('Find by name').fill('readme');
  await page.getByRole('row', { name: 'readme.txt' }).waitFor();
  await expect(page.getByRole('row')).toHaveCount(1);
  await page.getByRole('row', { name: 'readme.txt' }).focus();
  await page.keyboard.press('Space');
  await expect(page.locator('.wizard-footer')).toContainText('3 files');
  await page.getByLabel('Find by name').press('Escape');
  await expect(page.getByRole('row', { name: 'tools' })).toBeVisible();
  await next(page);

  const into = join(folder, 'out');
  await program.chooses(into);
  await page.locator('.image-choose').click();
  await expect(page.getByText('Nothing is written outside this folder')).toBeVisible();
  await next(page);
  await agreeAndStart(page);
  await reportShown(page);
  await expect(heading(page)).toHaveText('The files are extracted');
  const wanted = (paths: readonly string[]): Record<string, string> => Object.fromEntries(paths.map((path) => [path, sha256(FILES[path]!)]));
  expect(hashes(into)).toEqual(wanted(['readme.txt', 'tools/drivers/net.inf', 'tools/drivers/storage.inf']));

  writeFileSync(join(into, 'readme.txt'), 'mine');
  await page.locator('.wizard-footer .button-primary').click();
  await page.getByRole('treegrid').waitFor();
  await next(page);
  await page.locator('.image-typed input').fill(into);
  await next(page);
  await expect(page.getByRole('alert')).toContainText('readme.txt already exists');
  expect(readFileSync(join(into, 'readme.txt'), 'utf8')).toBe('mine');
  await page.getByRole('checkbox', { name: /^Replace files of the same name/ }).press('Space');
  await page.locator('.plan-steps').waitFor();
  await page.locator('.wizard-footer [data-act]').click();
  await reportShown(page);
  expect(hashes(into)).toEqual(wanted(Object.keys(FILES).sort()));
});

need({ tools: ['xorriso'] })('a disc whose names lead out of their folder is refused, and so is one that is cut off', async () => {
  program = await startProgram();
  const { page } = program;
  const iso = join(folder, 'hostile.iso');
  run('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-V', 'HOSTILE', '-o', iso, makeFolder()]);
  const bytes = readFileSync(iso);
  for (let at = bytes.indexOf('readme.txt'); at >= 0; at = bytes.indexOf('readme.txt', at + 1)) bytes.write('../me.text', at);
  writeFileSync(iso, bytes);
  await begin(page, 'extract');
  await page.locator('.image-typed input').fill(iso);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('../me.text');
  await expect(page.getByRole('button', { name: 'Next' })).toBeDisabled();

  run('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-V', 'CUT', '-o', join(folder, 'cut.iso'), join(folder, 'Bench tools')]);
  truncateSync(join(folder, 'cut.iso'), 200_000);
  await page.locator('.image-typed input').fill(join(folder, 'cut.iso'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('beyond the end');
  expect(existsSync(join(folder, 'me.text'))).toBe(false);
});

test('an ISO that is cancelled leaves nothing behind, and one that would not fit is refused before it starts', async () => {
  program = await startProgram();
  const { page } = program;
  const from = join(folder, 'large');
  mkdirSync(from);
  for (const name of ['a', 'b', 'c']) {
    writeFileSync(join(from, name), '');
    truncateSync(join(from, name), 3 * 2 ** 30);
  }
  const out = join(folder, 'out');
  mkdirSync(out);
  await begin(page, 'iso');
  await lookAt(page, from);
  await next(page);
  await next(page);
  await page.locator('.image-typed input').fill(join(out, 'large.iso'));
  await next(page);
  await agreeAndStart(page);
  await page.locator('.phase-percent').filter({ hasText: /[1-9]/ }).waitFor();
  expect(readdirSync(out)).toEqual(['large.iso.partial']);
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').locator('.button-danger').click();
  await reportShown(page);
  expect(readdirSync(out)).toEqual([]);

  await home(page);
  // Sparse, they take nothing; an ISO of them would take terabytes.
  for (let number = 0; number < 40; number++) {
    writeFileSync(join(from, `huge-${number}`), '');
    truncateSync(join(from, `huge-${number}`), 2 ** 37);
  }
  await begin(page, 'iso');
  await lookAt(page, from);
  await next(page);
  await next(page);
  await page.locator('.image-typed input').fill(join(out, 'large.iso'));
  await next(page);
  await expect(page.getByRole('alert')).toContainText('no space left');
  await expect(page.locator('.wizard-footer [data-act]')).toBeDisabled();
});

need({ tools: ['xorriso'] })('every step, in Dutch and dark: axe finds nothing serious, nothing sticks out of a small window', async () => {
  program = await startProgram({ language: 'nl', theme: 'dark' });
  const { page } = program;
  await page.setViewportSize({ width: 900, height: 640 });
  const iso = join(folder, 'gemaakt.iso');
  await begin(page, 'iso');
  await sound(page);
  await lookAt(page, makeFolder());
  await sound(page);
  await next(page);
  await page.locator('.fold-button').click();
  await page.getByRole('radio', { name: /^Een ander bestand/ }).first().press('Space');
  await sound(page);
  await expect(page.getByRole('button', { name: 'Verder' })).toBeDisabled();
  await page.getByRole('radio', { name: /^Gemaakt van/ }).press('Space');
  await next(page);
  await page.locator('.image-typed input').fill(iso);
  await sound(page);
  await next(page);
  await page.locator('.plan-steps').waitFor();
  await sound(page);
  await agreeAndStart(page);
  await reportShown(page);
  await sound(page);
  await home(page);
  await begin(page, 'extract');
  await lookAt(page, iso);
  await sound(page);
  await next(page);
  await page.getByRole('radio', { name: /^Wat ik kies/ }).press('Space');
  await page.getByRole('row', { name: 'tools' }).locator('.disc-unfold').click();
  await page.getByRole('row', { name: 'drivers' }).waitFor();
  await page.getByRole('row', { name: 'tools' }).locator('.disc-check').click();
  await expect(page.locator('.wizard-footer')).toContainText('3 bestanden');
  await sound(page);
  await page.getByLabel('Zoeken op naam').fill('zzz');
  await page.locator('.disc-empty').waitFor();
  await sound(page);
  await page.getByLabel('Zoeken op naam').fill('');
  await next(page);
  await page.locator('.image-typed input').fill(join(folder, 'eruit'));
  await sound(page);
  await next(page);
  await page.locator('.plan-steps').waitFor();
  await sound(page);
});
