import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderTree, memoryDevice, planIso, writeIso, type IsoOptions } from '../../native-free-engine/index.ts';
import { need } from '../support/need.ts';
import { bootFromDisc, bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { makeWindowsTree, WINDOWS_ISO_TOOLS, WINDOWS_MARKER } from '../labs/windows-iso.ts';

need({ tools: [...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS] })(
  'discs that we make boot: from a CD under a BIOS and under UEFI, and a hybrid one from a stick',
  async () => {
    const lab = await testLab();
    const tree = join(lab.folder, 'tree');
    await makeWindowsTree(tree, lab.folder);
    const made = async (name: string, options: Partial<IsoOptions>): Promise<string> => {
      const plan = planIso(await folderTree(tree), { label: 'CCCOMA_X64FRE_EN-US_DV9', when: new Date('2026-01-02T03:04:05Z'), ...options });
      const sink = memoryDevice(plan.size);
      await writeIso(plan, sink);
      const path = join(lab.folder, name);
      await writeFile(path, sink.bytes);
      return path;
    };
    // The layout of a large Windows disc; what boots under UEFI checks the hashes of some files in it.
    const disc = await made('disc.iso', { isoTree: 'stub' });
    await bootFromDisc(lab, { image: disc, firmware: 'seabios', marker: WINDOWS_MARKER.disc, timeoutSeconds: 40 });
    await bootFromDisc(lab, { image: disc, firmware: 'ovmf', marker: WINDOWS_MARKER.efi, timeoutSeconds: 90 });
    // Without an image for UEFI one is made of the loader.
    await rm(join(tree, 'efi/microsoft/boot/efisys.bin'));
    const hybrid = await made('hybrid.iso', { hybrid: true });
    await bootFromStick(lab, { image: hybrid, firmware: 'ovmf', marker: WINDOWS_MARKER.efi, timeoutSeconds: 90 });
    await bootFromDisc(lab, { image: hybrid, firmware: 'ovmf', marker: WINDOWS_MARKER.efi, timeoutSeconds: 90 });
  },
  300_000,
);
