import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { bootFromStick, QEMU_TOOLS } from './qemu.ts';
import { testLab } from './test-lab.ts';

need({ linux: true, tools: QEMU_TOOLS })('an empty stick does not boot', async () => {
  const lab = await testLab();
  const image = join(lab.folder, 'empty.img');
  await writeFile(image, '');
  await truncate(image, 1 << 20);
  await expect(bootFromStick(lab, { image, firmware: 'seabios', marker: 'WERKBANK-BOOTED', timeoutSeconds: 3 })).rejects.toThrow('no "WERKBANK-BOOTED"');
});
