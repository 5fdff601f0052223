import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openDevice } from '../../native-free-engine/index.ts';
import { planFatStick } from '../../native-free-engine/media/stick/fat-stick.ts';
import type { Lab } from '../labs/lab.ts';
import { BOOTMGR_MARKER, markerBootmgr } from '../labs/marker-bootmgr.ts';
import { bootFromStick, QEMU_TOOLS } from '../labs/qemu.ts';
import { testLab } from '../labs/test-lab.ts';
import { memoryTree } from '../support/memory-tree.ts';
import { need } from '../support/need.ts';

const MIB = 1024 * 1024;
const NEEDS = { tools: [...QEMU_TOOLS, 'nasm'] };

/** A stick as a file, written straight from its plan. */
async function stick(lab: Lab, contents: Readonly<Record<string, Uint8Array>>, size: number): Promise<string> {
  const path = join(lab.folder, 'stick.img');
  const made = await open(path, 'w');
  await made.truncate(size);
  await made.close();
  const device = await openDevice(path, { write: true, sectorSize: 512 });
  const plan = planFatStick({ disk: { name: 'stick', size, sectorSize: 512 }, tree: memoryTree(contents), firmware: 'bios', label: 'BOOT' });
  for (const { offset, length } of plan.map.mapped) {
    for (let at = offset; at < offset + length; at += MIB) {
      const piece = new Uint8Array(Math.min(MIB, offset + length - at));
      await plan.image.block!.readInto(at, piece);
      await device.writeAt(at, piece);
    }
  }
  await device.close();
  return path;
}

// Files in front and long names on the way: the boot code has to look for bootmgr beyond the first cluster of the root.
const crowd = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`a file with quite a long name, number ${i}.txt`, Buffer.from('x')]));

need(NEEDS)('our boot code starts bootmgr, wherever in the root it stands and whatever the size of the clusters', async () => {
  const lab = await testLab();
  const bootmgr = await markerBootmgr(lab);
  for (const size of [48 * MIB, 600 * MIB, 40 * 1024 * MIB]) {
    const image = await stick(lab, { ...crowd, bootmgr }, size);
    const { transcript } = await bootFromStick(lab, { image, firmware: 'seabios', marker: BOOTMGR_MARKER });
    expect(transcript).toContain(BOOTMGR_MARKER);
  }
}, 600_000);

need(NEEDS)('without a bootmgr, with one that is too large, it says so', async () => {
  const lab = await testLab();
  const none = await stick(lab, crowd, 48 * MIB);
  await bootFromStick(lab, { image: none, firmware: 'seabios', marker: 'No BOOTMGR on this disk.', screen: true });
  const large = await stick(lab, { bootmgr: Buffer.alloc(700_000, 1) }, 48 * MIB);
  await bootFromStick(lab, { image: large, firmware: 'seabios', marker: 'BOOTMGR is damaged.', screen: true });
}, 600_000);
