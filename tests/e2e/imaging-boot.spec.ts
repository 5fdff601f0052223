import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { bootDisk, BOOT_DISK_TOOLS } from '../labs/boot-disk.ts';
import { bootFromDisk } from '../labs/boot-disk-machine.ts';
import { knownSha256 } from '../labs/boot-disk-system.ts';
import { usedDisk } from '../labs/boot-disk-target.ts';
import { openLab, type Lab } from '../labs/lab.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { QEMU_TOOLS } from '../labs/qemu.ts';
import { need } from './need.ts';
import { startProgram, type RunningProgram } from './window.ts';
import { captureInWindow, restoreInWindow } from './wizard.ts';

const MIB = 1 << 20;
let lab: Lab | undefined;
let program: RunningProgram | undefined;
test.afterEach(async () => {
  await program?.close();
  await lab?.close();
});

for (const [kind, platform] of [['gpt-uefi', 'efi'], ['mbr-bios', 'pc']] as const) {
  need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, ...BOOT_DISK_TOOLS, ...QEMU_TOOLS] })(
    `a disk that boots (${kind}) is imaged in the window, its image boots, and so does the larger disk it is restored to`,
    async () => {
      lab = await openLab();
      const disk = await bootDisk(lab, kind);
      const source = await attachLoop(lab, { backing: disk.path, readOnly: true });
      const larger = await usedDisk(lab, disk.size + 64 * MIB);
      const speech = { platform, sha256: knownSha256(), change: 'none' };
      program = await startProgram();
      const images = join(program.folder, 'images');
      mkdirSync(images);

      await captureInWindow(program, source.path, images, 'boots');
      expect(await bootFromDisk(lab, { image: join(images, 'boots.qcow2'), format: 'qcow2', firmware: disk.firmware })).toMatchObject(speech);

      await restoreInWindow(program, larger.path);
      expect(await bootFromDisk(lab, { image: larger.path, format: 'raw', firmware: disk.firmware })).toMatchObject(speech);
    },
  );
}
