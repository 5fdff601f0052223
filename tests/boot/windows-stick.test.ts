import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { folderForHoles } from '../labs/lab.ts';
import { bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { werkbank } from '../labs/werkbank.ts';
import { windowsIso, WINDOWS_ISO_TOOLS, WINDOWS_MARKER } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';

const MIB = 1 << 20;
const NEEDS = { tools: [...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS, 'mcopy'] };

need(NEEDS)('sticks made of a Windows ISO boot: GPT under UEFI, MBR under a BIOS and under UEFI', async () => {
  const lab = await testLab();
  const iso = await windowsIso();
  const sticks = { uefi: join(lab.folder, 'uefi.img'), both: join(lab.folder, 'both.img') };
  for (const [firmware, path] of Object.entries(sticks)) {
    await writeFile(path, '');
    await truncate(path, 128 * MIB);
    const end = await werkbank(lab, ['media', 'windows', iso, '--to', `file:${path}`, '--firmware', firmware, '--yes']);
    expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });
  }
  for (const [image, firmware, marker] of [
    [sticks.uefi, 'ovmf', WINDOWS_MARKER.efi], [sticks.both, 'ovmf', WINDOWS_MARKER.efi], [sticks.both, 'seabios', WINDOWS_MARKER.bios],
  ] as const) {
    const { transcript } = await bootFromStick(lab, { image, firmware, marker });
    expect(transcript).toContain(marker);
  }
}, 600_000);

need(NEEDS)('a disc of Windows 7 becomes a stick that boots: its boot manager for UEFI comes out of the Windows on it', async () => {
  const lab = await testLab();
  const iso = await windowsIso({ release: '7', label: 'GRMCULXFRER_EN_DVD' });
  const path = join(lab.folder, 'seven.img');
  await writeFile(path, '');
  await truncate(path, 128 * MIB);
  const end = await werkbank(lab, ['media', 'windows', iso, '--to', `file:${path}`, '--firmware', 'both', '--yes', '--no-checks']);
  expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });
  expect(end.report!.plan).toMatchObject({ steps: expect.arrayContaining([{ code: 'add-loader', params: { path: 'efi/boot/bootx64.efi' } }]) as unknown });
  for (const [firmware, marker] of [['ovmf', WINDOWS_MARKER.efi], ['seabios', WINDOWS_MARKER.bios]] as const) {
    expect((await bootFromStick(lab, { image: path, firmware, marker })).transcript).toContain(marker);
  }
}, 600_000);

need(NEEDS)('an install.wim of more than 4 GiB becomes parts that wimlib joins to the same WIM, and the stick boots', async () => {
  const lab = await testLab(await folderForHoles());
  const iso = await windowsIso({ installMb: 4200 });
  const path = join(lab.folder, 'large.img');
  await writeFile(path, '');
  await truncate(path, 8000 * MIB);
  const end = await werkbank(lab, ['media', 'windows', iso, '--to', `file:${path}`, '--firmware', 'both', '--no-verify', '--yes', '--no-checks']);
  expect(end.ended, end.stderr).toMatchObject({ ok: true, exitCode: 0 });
  const { plan } = end.report!;
  expect(plan).toMatchObject({ kind: 'windows-stick', parts: [{ path: 'sources/install.swm' }, { path: 'sources/install2.swm' }] });
  const parts = ['install.swm', 'install2.swm'];
  for (const part of parts) {
    await tool('bash', ['-o', 'pipefail', '-c', `mcopy -i '${path}@@1M' ::sources/${part} - | dd of='${join(lab.folder, part)}' bs=1M iflag=fullblock conv=sparse status=none`]);
  }
  // The hashes of all files, and so of their contents, are in the WIM itself.
  await tool('wimlib-imagex', ['verify', join(lab.folder, 'install.swm'), `--ref=${join(lab.folder, 'install*.swm')}`]);
  for (const [firmware, marker] of [['ovmf', WINDOWS_MARKER.efi], ['seabios', WINDOWS_MARKER.bios]] as const) {
    expect((await bootFromStick(lab, { image: path, firmware, marker })).transcript).toContain(marker);
  }
}, 900_000);
