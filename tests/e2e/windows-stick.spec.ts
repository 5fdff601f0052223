import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openLab, type Lab } from '../labs/lab.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { tool } from '../labs/tool.ts';
import { windowsIso, WINDOWS_ISO_TOOLS, WINDOWS_MARKER } from '../labs/windows-iso.ts';
import { need } from './need.ts';
import { startProgram, type RunningProgram } from './window.ts';
import { agreeAndStart, begin, choose, lookAt, next, passChecks, reportShown } from './wizard.ts';

const MIB = 1 << 20;
let lab: Lab | undefined;
let program: RunningProgram | undefined;
test.afterEach(async () => {
  await program?.close();
  await lab?.close();
});

need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS] })(
  'a Windows ISO becomes a stick in the window, with answers to Setup, and a PC with a BIOS and one with UEFI boot from it',
  async () => {
    test.setTimeout(600_000);
    lab = await openLab();
    const stick = await attachLoop(lab, { size: 160 * MIB });
    program = await startProgram();
    const { page } = program;
    await begin(page, 'windows-stick');
    await lookAt(page, await windowsIso());
    await expect(page.getByRole('cell', { name: 'Windows 11 Pro', exact: true })).toBeVisible();
    await page.getByRole('radio', { name: /^Both kinds/ }).press('Space');
    await next(page);
    await page.getByRole('radio', { name: /^Answer now/ }).press('Space');
    await page.getByRole('button', { name: /^Computer/ }).click();
    await page.getByLabel('Computer name').fill('BENCH-7');
    await page.getByRole('button', { name: /^The answer file/ }).click();
    await expect(page.locator('.xml-preview')).toContainText('<ComputerName>BENCH-7</ComputerName>');
    await next(page);
    await choose(page, stick.path);
    await next(page);
    await passChecks(page);
    // Ejected, a loop device would be gone, and nothing left to boot.
    await page.getByRole('checkbox', { name: /^Eject/ }).press('Space');
    await agreeAndStart(page);
    await reportShown(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Written and verified');

    await tool('blockdev', ['--flushbufs', stick.path]);
    const answers = join(lab.folder, 'answers.xml');
    // Nothing in it is for Setup itself, which would drop it at the root.
    await tool('mcopy', ['-n', '-i', `${stick.backing}@@1M`, '::sources/$OEM$/$$/Panther/unattend.xml', answers]);
    expect(readFileSync(answers, 'utf8')).toContain('<ComputerName>BENCH-7</ComputerName>');
    for (const [firmware, marker] of [['seabios', WINDOWS_MARKER.bios], ['ovmf', WINDOWS_MARKER.efi]] as const) {
      const { transcript } = await bootFromStick(lab, { image: stick.backing, firmware, marker });
      expect(transcript).toContain(marker);
    }
  },
);
