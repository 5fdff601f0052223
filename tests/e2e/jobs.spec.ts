import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openLab, type Lab } from '../labs/lab.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { mounted } from '../labs/mount.ts';
import { toolEnv } from '../labs/tool.ts';
import { noise } from '../support/fake-image.ts';
import { need } from './need.ts';
import { serveSlowly, type SlowServer } from '../labs/slow-server.ts';
import { startProgram, type ProgramOptions, type RunningProgram } from './window.ts';
import { agreeAndStart, begin, choose, next, passChecks, reportShown, startWriting } from './wizard.ts';

const MIB = 1 << 20;
let program: RunningProgram;
let server: SlowServer | undefined;
let lab: Lab | undefined;
test.afterEach(async () => {
  await program.close();
  server?.close();
  await lab?.close();
});

const start = async (options: ProgramOptions): Promise<RunningProgram['page']> => {
  program = await startProgram(options);
  return program.page;
};
const diskFile = (name: string): string => join(program.practiceFolder, `${name}.img`);
const headline = () => program.page.getByRole('heading', { level: 1 });

function bytesOf(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset);
  closeSync(file);
  return bytes;
}

need({ tools: ['fsck.fat', 'sfdisk'] })('a used disk is made usable again with FAT32', async () => {
  const page = await start({ practice: [{ name: 'Old stick', size: 256 * MIB }] });
  await begin(page, 'format');
  await choose(page, 'Old stick');
  await next(page);
  await page.getByRole('radio', { name: /^FAT32/ }).press('Space');
  await page.getByLabel('Name (optional)').fill('BENCH');
  await next(page);
  await passChecks(page);
  await expect(page.locator('.consequence')).toContainText('Everything on Old stick, 268 MB will be erased.');
  await agreeAndStart(page);
  await reportShown(page);
  await expect(headline()).toHaveText('Ready for use again');
  await expect(page.locator('.report-checks')).toContainText('Disk to write to');
  const { partitiontable } = JSON.parse(execFileSync('sfdisk', ['--json', diskFile('Old stick')], { env: toolEnv, encoding: 'utf8' })) as {
    partitiontable: { partitions: { start: number; size: number }[] };
  };
  expect(partitiontable.partitions).toHaveLength(1);
  const [{ start: first, size } = { start: 0, size: 0 }] = partitiontable.partitions;
  const partition = join(program.folder, 'partition.img');
  writeFileSync(partition, bytesOf(diskFile('Old stick'), first * 512, size * 512));
  expect(execFileSync('fsck.fat', ['-n', '-v', partition], { env: toolEnv, encoding: 'utf8' })).toMatch(/32 bit entries/);
  expect(readFileSync(partition).includes('BENCH      ')).toBe(true);
});

need({ tools: ['zstd'] })('a disk is read into a packed image; a file that is there is replaced only when that is agreed to', async () => {
  const page = await start({ practice: [{ name: 'Stick to keep', size: 96 * MIB }] });
  const destination = join(program.folder, 'kept.img.zst');
  writeFileSync(destination, 'something else');
  await begin(page, 'read');
  await choose(page, 'Stick to keep');
  await next(page);
  await program.chooses(destination);
  await page.getByRole('button', { name: 'Choose a place…' }).click();
  await expect(page.getByLabel('Path of the image')).toHaveValue(destination);
  await next(page);
  await passChecks(page);
  await expect(page.getByRole('alert')).toContainText('already exists');
  expect(readFileSync(destination, 'utf8')).toBe('something else');
  await page.getByRole('checkbox', { name: /^Replace the existing file/ }).press('Space');
  await expect(page.locator('.consequence')).toContainText('is only read');
  await agreeAndStart(page);
  await reportShown(page);
  await expect(headline()).toHaveText('The image is made');
  await expect(page.locator('.report-checks')).toContainText('Where the image goes');
  await expect(page.getByText('Stick to keep, 101 MB').first()).toBeVisible();
  await expect(page.getByText(destination, { exact: true })).toBeVisible();
  execFileSync('zstd', ['--test', '--quiet', destination]);
  const unpacked = execFileSync('zstd', ['-dc', destination], { maxBuffer: 200 * MIB });
  expect(Buffer.compare(unpacked, readFileSync(diskFile('Stick to keep')))).toBe(0);
  const sum = createHash('sha256').update(unpacked).digest('hex');
  await expect(page.getByText(sum)).toBeVisible();
});

test('a job is stopped in the middle of writing, while nothing comes of its image', async () => {
  const page = await start({ practice: [{ name: 'Stick', size: 256 * MIB }] });
  const image = join(program.folder, 'image.img');
  writeFileSync(image, noise(128 * MIB, 3));
  server = await serveSlowly(image, MIB);
  await startWriting(page, server.url, ['Stick']);
  await expect(page.locator('.phase')).toHaveText('Writing');
  await expect(page.locator('.phase-percent')).toHaveText(/^([2-9]|\d\d)%$/);
  // What the image still needs would take minutes.
  await page.getByRole('button', { name: 'Stop the job…' }).click();
  await page.getByRole('button', { name: 'Stop the job', exact: true }).click();
  await reportShown(page);
  await expect(headline()).toHaveText('Stopped');
  // No table: no system takes it for a finished stick.
  expect(bytesOf(diskFile('Stick'), 0, MIB).every((byte) => byte === 0)).toBe(true);
});

test('a disk that goes while it is written is told at once, with what to do, and the other one is not', async () => {
  const page = await start({ practice: [{ name: 'Pulled', size: 256 * MIB }, { name: 'Stays', size: 256 * MIB }] });
  const image = join(program.folder, 'image.img');
  writeFileSync(image, noise(128 * MIB, 4));
  server = await serveSlowly(image, 12 * MIB);
  await startWriting(page, server.url, ['Pulled', 'Stays']);
  await expect(page.locator('.phase-percent')).toHaveText(/^([2-9]|\d\d)%$/);
  server.setSpeed(1024);
  rmSync(diskFile('Pulled'));
  const told = page.getByRole('alert').filter({ hasText: 'was unplugged' });
  await expect(told).toContainText('Pulled, 268 MB was unplugged');
  await expect(told).toContainText('What is on it is incomplete. When this job has ended, plug it in again');
  await expect(told).toHaveCount(1);
  await page.getByRole('button', { name: 'Stop the job…' }).click();
  await page.getByRole('button', { name: 'Stop the job', exact: true }).click();
  await reportShown(page);
});

test('an image with another checksum than the expected one is refused, and says what to do', async () => {
  const page = await start({ practice: [{ name: 'Stick', size: 64 * MIB }] });
  const image = join(program.folder, 'image.img');
  writeFileSync(image, noise(24 * MIB, 5));
  const before = readFileSync(diskFile('Stick'));
  await startWriting(page, image, ['Stick'], 'ab'.repeat(32));
  await reportShown(page);
  await expect(headline()).toHaveText('The image was not written');
  const alert = page.getByRole('alert').first();
  await expect(alert).toContainText('does not have the expected SHA-256 checksum');
  await expect(alert).toContainText('Download it again');
  // A file is compared before the first write: nothing was lost.
  expect(Buffer.compare(readFileSync(diskFile('Stick')), before)).toBe(0);
});

need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, 'mount', 'umount'] })('of two disks one fails: the other is fine, and both are told apart', async () => {
  lab = await openLab();
  // A stick that cannot hold what it promises: the file behind it lies where there is no room for it.
  const { folder } = await mounted(lab, 'tmpfs', { type: 'tmpfs', options: 'size=12m' });
  const backing = join(folder, 'Failing stick');
  writeFileSync(backing, '');
  truncateSync(backing, 64 * MIB);
  const failing = await attachLoop(lab, { backing });
  const page = await start({ practice: [{ name: 'Good stick', size: 96 * MIB }] });
  const image = join(program.folder, 'image.img');
  const bytes = noise(48 * MIB, 8);
  writeFileSync(image, bytes);
  await startWriting(page, image, ['Good stick', failing.path]);
  await reportShown(page);
  await expect(headline()).toHaveText('1 of 2 disks are good');
  const row = (name: string) => page.locator('.target').filter({ hasText: name });
  await expect(row('Good stick').locator('.target-state')).toHaveText('Written and verified');
  await expect(row('Failing stick').locator('.target-state')).toHaveText('Failed');
  await expect(row('Failing stick').getByRole('alert')).toContainText(/\w/);
  await expect(row('Good stick').getByRole('alert')).toHaveCount(0);
  expect(Buffer.compare(readFileSync(diskFile('Good stick')).subarray(0, bytes.length), bytes)).toBe(0);
});

test('a disk that is too small cannot be chosen and says by how much', async () => {
  const page = await start({ practice: [{ name: 'Small', size: 72 * MIB }, { name: 'Large', size: 128 * MIB }] });
  const image = join(program.folder, 'image.img');
  writeFileSync(image, '');
  truncateSync(image, 72 * MIB + 512);
  await begin(page, 'write');
  await page.locator('.image-typed input').fill(image);
  await page.keyboard.press('Enter');
  await page.locator('.image-card').waitFor();
  await next(page);
  await expect(page.getByRole('checkbox', { name: /Small/ })).toBeDisabled();
  await expect(page.getByText(/Too small for this image: 512\sbytes/)).toBeVisible();
  await expect(page.getByRole('checkbox', { name: /Large/ })).toBeEnabled();
});

need({ tools: ['genisoimage'] })('a Windows ISO is refused with the reason', async () => {
  const page = await start({});
  const tree = join(program.folder, 'tree');
  mkdirSync(join(tree, 'sources'), { recursive: true });
  writeFileSync(join(tree, 'bootmgr'), noise(4096, 1));
  writeFileSync(join(tree, 'sources', 'boot.wim'), 'MSWIM\0\0\0');
  writeFileSync(join(tree, 'sources', 'install.wim'), 'MSWIM\0\0\0');
  const iso = join(program.folder, 'Win11_25H2_English_x64.iso');
  execFileSync('genisoimage', ['-quiet', '-udf', '-V', 'CCCOMA_X64FRE_EN-US_DV9', '-o', iso, tree], { stdio: 'ignore' });
  expect(existsSync(iso)).toBe(true);
  await begin(page, 'write');
  await page.locator('.image-typed input').fill(iso);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('This is a Windows ISO. Written to a stick as it is, it would not boot.');
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeDisabled();
});
