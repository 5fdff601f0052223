import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { tool } from '../labs/tool.ts';
import { WINDOWS_ISO_TOOLS, WINDOWS_MARKER, windowsIso } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';

need({ tools: [...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS] })('a WinPE stick out of a Windows disc starts its loader of 2023, which finds and reads what is on it', async () => {
  const lab = await testLab();
  const stick = join(lab.folder, 'stick.img');
  writeFileSync(stick, '');
  truncateSync(stick, 96 << 20);
  const iso = await windowsIso();
  // The stand-in for the loader checks these files against their sums, as the firmware lets it read them.
  const extra = join(lab.folder, 'extra');
  mkdirSync(join(extra, 'sources'), { recursive: true });
  const tools = join(lab.folder, 'tools.txt');
  writeFileSync(tools, 'a tool');
  await tool('mkdir', ['-p', join(lab.folder, 'tools')]);
  writeFileSync(join(lab.folder, 'tools/tool.txt'), readFileSync(tools));
  writeFileSync(join(extra, 'proof.txt'), 'proof');
  writeFileSync(join(extra, 'sources/check.sha'), `${createHash('sha256').update('proof').digest('hex')}  proof.txt\n`);
  const jobs = createJobService(createHost({ practiceFolder: null }), { version: '0' });
  const plan = await jobs.planWinpe({
    source: iso, disks: [`file:${stick}`], iso: null, firmware: 'uefi', label: '', drivers: null, driversIn: 'medium', commands: ['echo started'], keyboard: null, region: null,
    language: null, extraFolder: extra, toolsFolder: join(lab.folder, 'tools'), newLoaders: true, scratchMiB: null, verify: true, eject: false, allowSystemDisk: false,
  });
  const report = await jobs.start(plan, {}).job.result;
  expect(report.error).toBeNull();
  expect(report.targets[0]?.outcome).toBe('verified');
  const { transcript } = await bootFromStick(lab, { image: stick, firmware: 'ovmf', marker: WINDOWS_MARKER.efi, timeoutSeconds: 90 });
  expect(transcript).toContain(WINDOWS_MARKER.efi);
}, 150_000);
