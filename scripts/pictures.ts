// Pictures of the real program: `npm run pictures` makes those of README and docs,
// `npm run pictures -- FOLDER [en|nl]` all of them.
// The sticks are practice disks, the image comes from a slow server so that there is something to see.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { customerStick, emptyStick, linuxStick } from '../tests/e2e/sticks.ts';
import { serveSlowly } from '../tests/labs/slow-server.ts';
import { agreeAndStart, begin, choose, lookAt, next, passChecks, reportShown } from '../tests/e2e/wizard.ts';
import { startProgram } from '../tests/e2e/window.ts';
import { windowsIso } from '../tests/labs/windows-iso.ts';
import { toolEnv } from '../tests/labs/tool.ts';
import { unfold } from '../tests/support/disc-tree.ts';
import { noise } from '../tests/support/fake-image.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/pictures');
const IN_DOCS = [
  'home-en-light', 'disks-en-light', 'plan-en-light', 'progress-en-light', 'report-en-light', 'progress-nl-dark',
  'capture-partitions-en-light', 'capture-plan-en-light', 'restore-plan-en-light', 'library-nl-dark', 'windows-answers-en-light',
];
const wanted = process.argv[3];
const work = join(tmpdir(), 'werkbank');
const STICKS = { 'SanDisk Ultra 32 GB': customerStick, 'Kingston DataTraveler 64 GB': linuxStick, 'Generic Flash Disk 4 GB': emptyStick };

mkdirSync(folder, { recursive: true });
mkdirSync(work, { recursive: true });
try {
  const image = debianLike(join(work, 'images'));
  for (const [language, theme] of [['en', 'light'], ['nl', 'dark']] as const) {
    if (wanted && wanted !== language) continue;
    await pictures(image, language, theme);
    await imagingPictures(language, theme);
    await discPictures(language, theme);
    await windowsPictures(language, theme);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A hybrid ISO of about the size of Debian's, and its checksum beside it. */
function debianLike(into: string): string {
  const tree = join(into, 'tree');
  mkdirSync(tree, { recursive: true });
  writeFileSync(join(tree, 'filesystem.squashfs'), noise(780 << 20, 13));
  execFileSync('grub-mkimage', ['-O', 'i386-pc-eltorito', '-p', '/boot/grub', '-o', join(tree, 'boot.img'), 'biosdisk', 'iso9660']);
  writeFileSync(join(into, 'efi.img'), '');
  truncateSync(join(into, 'efi.img'), 9 << 20);
  execFileSync('mkfs.fat', ['-n', 'EFI', join(into, 'efi.img')], { env: toolEnv, stdio: 'ignore' });
  const image = join(into, 'debian-13.2.0-amd64-netinst.iso');
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'Debian 13.2.0 amd64 n', '-b', 'boot.img', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '--grub2-boot-info',
    '--grub2-mbr', '/usr/lib/grub/i386-pc/boot_hybrid.img', '-append_partition', '2', '0xef', join(into, 'efi.img'), '-o', image, tree], { stdio: 'ignore' });
  const sum = createHash('sha256').update(readFileSync(image)).digest('hex');
  writeFileSync(join(into, 'SHA256SUMS'), `${sum}  debian-13.2.0-amd64-netinst.iso\n`);
  rmSync(tree, { recursive: true });
  return image;
}

async function pictures(image: string, language: 'en' | 'nl', theme: 'light' | 'dark'): Promise<void> {
  const server = await serveSlowly(image, 42e6);
  const program = await startProgram({
    language, theme, folder: join(work, language),
    prepare: (practice) => Object.entries(STICKS).forEach(([name, make]) => make(join(practice, `${name}.img`))),
  });
  const { page } = program;
  try {
    const picture = await camera(page, language, theme);
    await picture('home');
    await begin(page, 'write');
    await lookAt(page, image);
    await picture('image');
    await lookAt(page, server.url);
    await page.locator('.checksum input').fill(readFileSync(join(dirname(image), 'SHA256SUMS'), 'utf8').slice(0, 64));
    await next(page);
    await choose(page, 'SanDisk');
    await choose(page, 'Kingston');
    await picture('disks');
    await next(page);
    await passChecks(page);
    await page.locator('.plan-steps').waitFor();
    await picture('plan');
    await agreeAndStart(page);
    await page.getByRole('progressbar').first().waitFor();
    // A link that is not always as fast.
    for (const [speed, seconds] of [[42e6, 4], [37e6, 2], [45e6, 3], [40e6, 3]] as const) {
      server.setSpeed(speed);
      await sleep(seconds * 1000);
    }
    await picture('progress');
    await reportShown(page);
    await picture('report');
  } finally {
    await program.close();
    server.close();
  }
}

/** Sets the window up for pictures, and gives the way to take one. */
async function camera(page: Page, language: string, theme: string): Promise<(name: string) => Promise<void>> {
  // The driver's own settings of the page differ from those of the window it looks at.
  await page.setViewportSize({ width: 1180, height: 800 });
  await page.locator('.bench-disk').first().waitFor();
  // The mark says how this run was started; it is no part of the program as installed.
  await page.evaluate(`document.querySelector('.badge-preview').style.display = 'none'`);
  // What else hangs on this computer, or comes and goes meanwhile, is in no picture.
  await page.evaluate(`(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.disk-choice-line:not(:has(.badge-practice)), .disk-gone, .events-now { display: none; }');
    document.adoptedStyleSheets.push(sheet);
  })()`);
  return async (name) => {
    const full = `${name}-${language}-${theme}`;
    if (!process.argv[2] && !IN_DOCS.includes(full)) return;
    // The button that starts waits for a moment: it is shown as it stays.
    if (await page.locator('[data-act]').count() > 0) await sleep(1000);
    const path = join(folder, `${full}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    console.log(path, statSync(path).size);
  };
}

/** A small Windows disk, imaged, looked at in the library, and planned to go back to a larger one. */
async function imagingPictures(language: 'en' | 'nl', theme: 'light' | 'dark'): Promise<void> {
  const program = await startProgram({
    language, theme, folder: join(work, `imaging-${language}`),
    practice: [{ name: 'Samsung SSD 870 EVO', size: 128 << 20 }, { name: 'Crucial MX500', size: 256 << 20 }],
  });
  const { page } = program;
  const images = join(program.folder, 'Images');
  mkdirSync(images);
  try {
    const picture = await camera(page, language, theme);
    await begin(page, 'capture');
    await choose(page, 'Samsung');
    await next(page);
    await page.locator('.partition-line').first().waitFor();
    await picture('capture-partitions');
    await next(page);
    await program.chooses(images);
    await page.locator('.empty .button-primary').click();
    await page.locator('.field input.mono').fill('dell-optiplex-windows-2026-11-21');
    await picture('capture-destination');
    await next(page);
    await page.locator('.check-summary .verdict-mark').waitFor({ timeout: 60_000 });
    await picture('capture-check');
    await passChecks(page);
    await page.locator('.plan-steps').waitFor();
    await picture('capture-plan');
    await agreeAndStart(page);
    await reportShown(page);
    await picture('capture-report');
    await page.locator('.header-home').click();
    await begin(page, 'library');
    await page.locator('.library-item').first().waitFor();
    await picture('library');
    await page.locator('.header-home').click();
    await begin(page, 'restore');
    await page.locator('.library-pick button').first().click();
    await page.locator('.image-card').waitFor();
    await picture('restore-image');
    await next(page);
    await next(page);
    await choose(page, 'Crucial');
    await next(page);
    await passChecks(page);
    await page.locator('.plan-steps').waitFor();
    await picture('restore-plan');
    await agreeAndStart(page);
    await reportShown(page);
    await picture('restore-report');
  } finally {
    await program.close();
  }
}

/** A folder of tools for the bench, with what a BIOS and UEFI start. */
function benchTools(root: string): string {
  const from = join(root, 'Bench tools');
  const put = (path: string, contents: Uint8Array | string): void => {
    mkdirSync(dirname(join(from, path)), { recursive: true });
    writeFileSync(join(from, path), contents);
  };
  put('efi/boot/bootx64.efi', noise(120_000, 1));
  put('isolinux/isolinux.bin', noise(24_000, 2));
  put('readme.txt', 'Start with tools\\check.cmd\n');
  for (const [folder, files] of Object.entries({ network: ['e2f', 'rt640x64'], storage: ['iaStorVD', 'megasas'] })) {
    for (const [index, name] of files.entries()) {
      put(`drivers/${folder}/${name}.inf`, `; ${name}\n`.repeat(400));
      put(`drivers/${folder}/${name}.sys`, noise(700_000 + index * 300_000, 3 + index));
    }
  }
  put('tools/memtest.efi', noise(3 << 20, 7));
  put('tools/images/rescue.squashfs', noise(96 << 20, 8));
  return from;
}

/** A folder that becomes an ISO, which is then looked into. */
async function discPictures(language: 'en' | 'nl', theme: 'light' | 'dark'): Promise<void> {
  const program = await startProgram({ language, theme, folder: join(work, `discs-${language}`), practice: [{ name: 'SanDisk Ultra', size: 128 << 20 }] });
  const { page } = program;
  const from = benchTools(program.folder);
  const iso = join(program.folder, 'bench-tools.iso');
  try {
    const picture = await camera(page, language, theme);
    await begin(page, 'iso');
    await lookAt(page, from);
    await picture('iso-folder');
    await next(page);
    await picture('iso-boot');
    await next(page);
    await program.chooses(iso);
    await page.locator('.image-choose').click();
    await picture('iso-destination');
    await next(page);
    await page.locator('.plan-steps').waitFor();
    await picture('iso-plan');
    await agreeAndStart(page);
    await reportShown(page);
    await picture('iso-report');
    await page.locator('.header-home').click();
    await begin(page, 'extract');
    await lookAt(page, iso);
    await picture('extract-disc');
    await next(page);
    await page.locator('.choice').nth(1).click();
    await unfold(page, 'drivers', 'storage');
    await page.keyboard.press('Space');
    await picture('extract-files');
    await next(page);
    await page.locator('.image-typed input').fill(join(program.folder, 'out'));
    await next(page);
    await page.locator('.plan-steps').waitFor();
    await picture('extract-plan');
    await agreeAndStart(page);
    await reportShown(page);
    await picture('extract-report');
  } finally {
    await program.close();
  }
}

/** The answers to Setup, and the file that they make. */
async function windowsPictures(language: 'en' | 'nl', theme: 'light' | 'dark'): Promise<void> {
  const program = await startProgram({ language, theme, folder: join(work, `windows-${language}`), practice: [{ name: 'SanDisk Ultra', size: 128 << 20 }] });
  const { page } = program;
  try {
    const picture = await camera(page, language, theme);
    await begin(page, 'windows-stick');
    await lookAt(page, await windowsIso());
    await picture('windows-iso');
    await next(page);
    await page.locator('.choice').nth(1).click();
    const folds = page.locator('.fold-button');
    await folds.first().click();
    await page.locator('.fold-panel input').first().fill('BENCH-%SERIAL%');
    await picture('windows-answers');
    await folds.first().click();
    await folds.nth(-2).click();
    await page.locator('.xml-preview').filter({ hasText: 'BENCH-' }).scrollIntoViewIfNeeded();
    await picture('windows-answer-file');
  } finally {
    await program.close();
  }
}
