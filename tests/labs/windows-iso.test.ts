import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openFileSource, readDisc } from '../../native-free-engine/index.ts';
import { hashFolder, hashTree } from '../engine/discs/discs.ts';
import { need } from '../support/need.ts';
import { bootFromDisc, QEMU_TOOLS } from './qemu.ts';
import { testLab } from './test-lab.ts';
import { WINDOWS_ISO_TOOLS, WINDOWS_MARKER, windowsIso } from './windows-iso.ts';

need({ tools: [...WINDOWS_ISO_TOOLS, ...QEMU_TOOLS, '7z'] })('the disc that stands in for Windows has its layout, and boots', async () => {
  const lab = await testLab();
  const path = await windowsIso();
  const source = await openFileSource(path);
  lab.defer(() => source.close());
  const disc = await readDisc(source);
  expect(disc).toMatchObject({ label: 'CCCOMA_X64FRE_EN-US_DV9', view: 'udf', boot: [{ platform: 'bios', loadBytes: 4096 }, { platform: 'efi' }] });
  const stub = await readDisc(source, { view: 'iso9660' });
  expect(stub.tree.entries.map((entry) => entry.path)).toEqual(['README.TXT']);
  // Another reader of UDF finds the same files.
  execFileSync('7z', ['x', '-y', `-o${join(lab.folder, 'x')}`, path], { stdio: 'ignore' });
  expect(await hashTree(disc.tree)).toEqual(hashFolder(join(lab.folder, 'x')));

  await bootFromDisc(lab, { image: path, firmware: 'seabios', marker: WINDOWS_MARKER.disc });
  await bootFromDisc(lab, { image: path, firmware: 'ovmf', marker: WINDOWS_MARKER.efi });
}, 600_000);
