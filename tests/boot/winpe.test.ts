import { createHash } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { WinpeRequest } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import type { Lab } from '../labs/lab.ts';
import { bootFromDisc, bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { WINDOWS_ISO_TOOLS, WINDOWS_MARKER, windowsIso } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';

const NEEDS = { tools: [...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS] };

/** Makes a WinPE medium with a file that the stand-in for the loader checks against its sum, as the firmware lets it read it. */
async function make(lab: Lab, source: string, change: Partial<WinpeRequest>): Promise<void> {
  const extra = join(lab.folder, 'extra');
  const tools = join(lab.folder, 'tools');
  for (const folder of [join(extra, 'sources'), tools]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(tools, 'tool.txt'), 'a tool');
  writeFileSync(join(extra, 'proof.txt'), 'proof');
  writeFileSync(join(extra, 'sources/check.sha'), `${createHash('sha256').update('proof').digest('hex')}  proof.txt\n`);
  const jobs = createJobService(createHost({ practiceFolder: null }), { version: '0' });
  const plan = await jobs.planWinpe({
    source, disks: [], iso: null, firmware: 'uefi', label: '', drivers: null, driversIn: 'medium', commands: ['echo started'], keyboard: null, region: null,
    language: null, extraFolder: extra, toolsFolder: tools, newLoaders: false, scratchMiB: null, verify: true, eject: false, allowSystemDisk: false, ...change,
  });
  const report = await jobs.start(plan, {}).job.result;
  expect(report.error).toBeNull();
  for (const { outcome } of report.targets) expect(outcome).toBe('verified');
}

function emptyStick(lab: Lab, name: string): string {
  const path = join(lab.folder, name);
  writeFileSync(path, '');
  truncateSync(path, 96 << 20);
  return path;
}

need(NEEDS)('WinPE sticks out of a Windows disc start: its loader of 2023 under UEFI; one for both under a BIOS as well', async () => {
  const lab = await testLab();
  const iso = await windowsIso();
  const uefi = emptyStick(lab, 'uefi.img');
  const both = emptyStick(lab, 'both.img');
  await make(lab, iso, { disks: [`file:${uefi}`], newLoaders: true });
  await make(lab, iso, { disks: [`file:${both}`], firmware: 'both' });
  for (const [image, firmware, marker] of [[uefi, 'ovmf', WINDOWS_MARKER.efi], [both, 'ovmf', WINDOWS_MARKER.efi], [both, 'seabios', WINDOWS_MARKER.bios]] as const) {
    expect((await bootFromStick(lab, { image, firmware, marker })).transcript).toContain(marker);
  }
}, 900_000);

need(NEEDS)('WinPE out of a disc of Windows 7 starts under UEFI as well: the boot manager comes out of its image', async () => {
  const lab = await testLab();
  const stick = emptyStick(lab, 'seven.img');
  await make(lab, await windowsIso({ release: '7', label: 'GRMCULXFRER_EN_DVD' }), { disks: [`file:${stick}`], firmware: 'both' });
  await bootFromStick(lab, { image: stick, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
  await bootFromStick(lab, { image: stick, firmware: 'seabios', marker: WINDOWS_MARKER.bios });
}, 900_000);

need(NEEDS)('a WinPE ISO starts from a CD under a BIOS and under UEFI, without waiting for a key; a hybrid one from a stick as well', async () => {
  const lab = await testLab();
  const path = join(lab.folder, 'winpe.iso');
  await make(lab, await windowsIso(), { iso: { path, overwrite: false, hybrid: true }, newLoaders: true });
  await bootFromDisc(lab, { image: path, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
  await bootFromDisc(lab, { image: path, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
  await bootFromStick(lab, { image: path, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
  await bootFromStick(lab, { image: path, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
}, 900_000);

need({ tools: [...NEEDS.tools, '7z'] })('a stick and an ISO out of nothing but a boot.wim start as well', async () => {
  const lab = await testLab();
  await tool('7z', ['e', '-y', `-o${lab.folder}`, await windowsIso(), 'sources/boot.wim']);
  const wim = join(lab.folder, 'boot.wim');
  const stick = emptyStick(lab, 'bare.img');
  const iso = join(lab.folder, 'bare.iso');
  await make(lab, wim, { disks: [`file:${stick}`], firmware: 'both' });
  await make(lab, wim, { iso: { path: iso, overwrite: false, hybrid: false } });
  await bootFromStick(lab, { image: stick, firmware: 'seabios', marker: WINDOWS_MARKER.bios });
  await bootFromStick(lab, { image: stick, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
  await bootFromDisc(lab, { image: iso, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
  // Of its two images for UEFI only the one without a prompt starts anything here.
  await bootFromDisc(lab, { image: iso, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
}, 900_000);
