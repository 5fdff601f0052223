import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { classifyImage, headSource, readLayout, type ImageClass } from '../../../native-free-engine/index.ts';
import { need } from '../../support/need.ts';
import { blankFile, labFolder, openFile, run } from '../lab.ts';

const MIB = 1024 * 1024;
const folder = labFolder();

function headOf(path: string): Uint8Array {
  const head = Buffer.alloc(Math.min(MIB, statSync(path).size));
  const file = openSync(path, 'r');
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return head;
}

/** From the first MiB alone, as of a packed image, and with the whole image at hand. */
async function classify(path: string): Promise<{ head: ImageClass; whole: ImageClass }> {
  const source = await openFile(path);
  try {
    return { head: await classifyImage(headOf(path), null), whole: await classifyImage(headOf(path), source.size, source) };
  } finally {
    await source.close();
  }
}

const both = (kind: ImageClass['kind'], label: string): { head: ImageClass; whole: ImageClass } => ({ head: { kind, label }, whole: { kind, label } });

const tree = join(folder, 'windows');
mkdirSync(join(tree, 'sources'), { recursive: true });
mkdirSync(join(tree, 'boot'), { recursive: true });
writeFileSync(join(tree, 'bootmgr'), 'boot manager');
writeFileSync(join(tree, 'sources', 'boot.wim'), Buffer.alloc(2 * MIB, 1));
writeFileSync(join(tree, 'boot', 'etfsboot.com'), Buffer.alloc(4096, 0x90));
const data = join(folder, 'data');
mkdirSync(data);
writeFileSync(join(data, 'readme.txt'), 'hello');

const genisoimage = (name: string, ...args: string[]): string => {
  const path = join(folder, name);
  run('genisoimage', ['-quiet', '-o', path, ...args]);
  return path;
};

need({ tools: ['genisoimage'] })('a plain ISO', async () => {
  expect(await classify(genisoimage('plain.iso', '-J', '-V', 'PLAIN', data))).toEqual(both('plain-iso', 'PLAIN'));
});

need({ tools: ['genisoimage'] })('a plain ISO that boots from a disc only', async () => {
  writeFileSync(join(data, 'boot.bin'), Buffer.alloc(2048, 0x90));
  const path = genisoimage('eltorito.iso', '-V', 'CD_ONLY', '-b', 'boot.bin', '-no-emul-boot', data);
  expect(await classify(path)).toEqual(both('plain-iso', 'CD_ONLY'));
});

need({ tools: ['xorriso', 'grub-mkrescue', 'mformat'] })('a hybrid ISO of grub-mkrescue: its table, too', async () => {
  const path = join(folder, 'rescue.iso');
  run('grub-mkrescue', ['-o', path, data, '--', '-volid', 'RESCUE']);
  expect(await classify(path)).toEqual(both('hybrid-iso', 'RESCUE'));
  const source = await openFile(path);
  const layout = await readLayout(source);
  expect(['gpt', 'mbr']).toContain(layout.table);
  expect(layout.partitions.length).toBeGreaterThan(0);
  await source.close();
});

need({ tools: ['xorriso'] })('an ISO with a GPT or MBR partition appended by xorriso', async () => {
  const efi = blankFile(folder, 'efi.img', 2 * MIB);
  const path = join(folder, 'appended.iso');
  run('xorriso', ['-as', 'mkisofs', '-V', 'APPENDED', '-append_partition', '2', '0xef', efi, '-o', path, data]);
  expect(await classify(path)).toEqual(both('hybrid-iso', 'APPENDED'));
});

need({ tools: ['genisoimage'] })('a Windows ISO by its tree: ISO 9660, and UDF where the other is hidden', async () => {
  const boot = ['-b', 'boot/etfsboot.com', '-no-emul-boot'];
  expect(await classify(genisoimage('win9660.iso', '-iso-level', '2', '-V', 'WINPE', ...boot, tree))).toEqual(both('windows-iso', 'WINPE'));
  const bridge = genisoimage('winudf.iso', '-udf', '-V', 'WINPE', '-hide', '*', ...boot, tree);
  expect((await classify(bridge)).whole).toEqual({ kind: 'windows-iso', label: 'WINPE' });
});

need({ tools: ['genisoimage'] })('a Windows ISO by what signed it, from its first MiB', async () => {
  const boot = ['-b', 'boot.bin', '-no-emul-boot'];
  const signed = genisoimage('signed.iso', '-V', 'ANYTHING', '-publisher', 'MICROSOFT CORPORATION', ...boot, data);
  expect(await classify(signed)).toEqual(both('windows-iso', 'ANYTHING'));
  const made = genisoimage('made.iso', '-V', 'ANYTHING', '-A', 'CDIMAGE 2.56 (01/01/2005 TM)', ...boot, data);
  expect(await classify(made)).toEqual(both('windows-iso', 'ANYTHING'));
  for (const label of ['CCCOMA_X64FRE_EN-US_DV9', 'J_CCSA_X64FRE_DE-DE_DV5', 'SSS_X64FREE_EN-US_DV9', 'CPBA_A64FRE_NL-NL_DV9']) {
    expect((await classify(genisoimage('named.iso', '-V', label, ...boot, data))).head).toEqual({ kind: 'windows-iso', label });
  }
  const dataDisc = genisoimage('datadisc.iso', '-V', 'ANYTHING', '-publisher', 'MICROSOFT CORPORATION', data);
  expect(await classify(dataDisc)).toEqual(both('plain-iso', 'ANYTHING'));
});

need({ tools: ['mkfs.fat', 'sfdisk'] })('disks, file systems, and neither', async () => {
  const disk = blankFile(folder, 'disk.img', 32 * MIB);
  run('sfdisk', ['-q', disk], 'label: gpt\nsize=8M\n');
  expect(await classify(disk)).toEqual(both('disk', ''));
  const fat = blankFile(folder, 'fat.img', 32 * MIB);
  run('mkfs.fat', ['-n', 'STICK', fat]);
  expect(await classify(fat)).toEqual(both('file-system', 'STICK'));
  const text = join(folder, 'text.img');
  writeFileSync(text, 'not an image\n'.repeat(1000));
  expect(await classify(text)).toEqual(both('unknown', ''));
  expect(await classifyImage(new Uint8Array(), 0)).toEqual({ kind: 'unknown', label: '' });
});

need({ tools: ['sfdisk'] })('of a packed disk image the first MiB gives the table and its partitions', async () => {
  const disk = blankFile(folder, 'packed.img', 64 * MIB);
  run('sfdisk', ['-q', disk], 'label: gpt\nsize=8M, name=one\nname=two\n');
  for (const size of [64 * MIB, null]) {
    const layout = await readLayout(headSource(headOf(disk), size));
    expect(layout.table).toBe('gpt');
    expect(layout.partitions.map((p) => p.name)).toEqual(['one', 'two']);
  }
});
