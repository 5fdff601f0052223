import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from '@playwright/test';
import { BOOT_MARKER, HYBRID_ISO_TOOLS, hybridIso } from '../labs/hybrid-iso.ts';
import { openLab, type Lab } from '../labs/lab.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { tool } from '../labs/tool.ts';
import { need } from './need.ts';
import { startProgram, type RunningProgram } from './window.ts';
import { agreeAndStart, begin, choose, lookAt, next, passChecks, reportShown } from './wizard.ts';

const SIZE = 96 << 20;
let lab: Lab | undefined;
let program: RunningProgram | undefined;
test.afterEach(async () => {
  await program?.close();
  await lab?.close();
});

need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...HYBRID_ISO_TOOLS, ...QEMU_TOOLS, 'cmp'] })(
  'a hybrid ISO is written to a stick in the window, and a PC with a BIOS and one with UEFI boot from it',
  async () => {
    test.setTimeout(600_000);
    lab = await openLab();
    const iso = await hybridIso();
    const stick = await attachLoop(lab, { size: SIZE });
    // A used stick: whatever the image does not cover must not keep it from booting.
    const used = await open(stick.path, 'r+');
    await used.write(Buffer.alloc(SIZE, 0xe5));
    await used.sync();
    await used.close();

    program = await startProgram();
    const { page } = program;
    await begin(page, 'write');
    await lookAt(page, iso);
    await expect(page.getByText('Hybrid ISO, boots from a stick')).toBeVisible();
    await next(page);
    // The kernel calls a loop device after the whole path of its file; its name is enough to know it by.
    await expect(page.locator('.disk-choice').filter({ hasText: stick.path }).locator('strong').first()).toHaveText(basename(stick.backing));
    await choose(page, stick.path);
    await next(page);
    await passChecks(page);
    // Ejected, a loop device would be gone, and nothing left to compare.
    await page.getByRole('checkbox', { name: /^Eject/ }).press('Space');
    await agreeAndStart(page);
    await reportShown(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Written and verified');

    await tool('blockdev', ['--flushbufs', stick.path]);
    await tool('cmp', ['--bytes', String(statSync(iso).size), iso, stick.path]);
    for (const firmware of ['seabios', 'ovmf'] as const) {
      const { transcript } = await bootFromStick(lab, { image: stick.backing, firmware, marker: BOOT_MARKER[firmware] });
      expect(transcript).toContain(BOOT_MARKER[firmware]);
    }
  },
);
