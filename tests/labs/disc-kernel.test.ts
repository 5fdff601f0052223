import { createHash } from 'node:crypto';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { folderTree, memoryDevice, planIso, readDisc, writeIso } from '../../native-free-engine/index.ts';
import { hashFolder, hashTree, makeTree, WHEN, type Hashes } from '../engine/discs/discs.ts';
import { need } from '../support/need.ts';
import { testLab } from './test-lab.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from './uml.ts';

const inUml = need({ ...UML_NEEDS, tools: [...UML_NEEDS.tools, 'mount', 'losetup', 'mkudffs', 'sha256sum'] });

/** `sha256sum` lines of all files, and folders, as {@link Hashes}. */
function parse(lines: string): Hashes {
  const pairs = lines.trim().split('\n').map((line): [string, string] => {
    const [, hash = '', path = ''] = /^(\w+) {2}\.\/(.*)$/.exec(line) ?? [];
    return [path, hash];
  });
  return Object.fromEntries(pairs.filter(([path]) => path !== '').sort(([a], [b]) => (a < b ? -1 : 1)));
}

const LIST = 'find . -mindepth 1 -type d | while read -r d; do echo "folder  $d"; done; find . -type f -exec sha256sum {} +';

inUml('Linux mounts what we wrote, as UDF and as ISO 9660, and finds every file', async () => {
  const lab = await testLab();
  const tree = makeTree(join(lab.folder, 'tree'));
  const plan = planIso(await folderTree(tree), { label: 'MOUNTED', when: WHEN });
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  const iso = join(lab.folder, 'x.iso');
  await writeFile(iso, sink.bytes);
  const { code, output } = await runInUml(lab, {
    modules: ['loop', 'udf', 'isofs', 'nls_utf8'],
    script: `export LC_ALL=C.UTF-8
mkdir $SCRATCH/m; losetup -r /dev/loop0 ${iso} || exit 3
for type in udf iso9660; do
  mount -t $type -o ro,iocharset=utf8$([ $type = iso9660 ] && echo ,check=strict) /dev/loop0 $SCRATCH/m || exit 4
  echo "== $type"; (cd $SCRATCH/m; ${LIST}); umount $SCRATCH/m
done; echo "=="`,
  });
  expect(code, output).toBe(0);
  const [, udf = '', iso9660 = ''] = output.split(/^== ?\w*\n/m);
  expect(parse(udf)).toEqual(hashFolder(tree));
  expect(parse(iso9660)).toEqual(hashFolder(tree));
}, UML_TEST_MS);

inUml('Linux mounts a disc with its own names, and finds them, links and what may be executed', async () => {
  const lab = await testLab();
  const tree = makeTree(join(lab.folder, 'tree'), { links: true });
  const names = ['aux.c', 'a:b', 'Case', 'case', 'last ', `long-${'n'.repeat(245)}`];
  for (const name of names) await writeFile(join(tree, name), name, { mode: 0o700 });
  const target = `${'far/'.repeat(250)}away`;
  await symlink(target, join(tree, 'far'));
  const plan = planIso(await folderTree(tree), { label: 'LINUX', when: WHEN, names: 'linux' });
  const sink = memoryDevice(plan.size);
  await writeIso(plan, sink);
  const iso = join(lab.folder, 'x.iso');
  await writeFile(iso, sink.bytes);
  const { code, output } = await runInUml(lab, {
    modules: ['loop', 'isofs', 'nls_utf8'],
    script: `export LC_ALL=C.UTF-8
mkdir $SCRATCH/m; losetup -r /dev/loop0 ${iso} || exit 3
mount -t iso9660 -o ro,iocharset=utf8 /dev/loop0 $SCRATCH/m || exit 4
cd $SCRATCH/m; ${LIST}; echo "=="; stat -c %a,%u aux.c README.TXT; readlink absolute SOURCES/LINK far`,
  });
  expect(code, output).toBe(0);
  const [files = '', said = ''] = output.split('==\n');
  expect(parse(files)).toEqual(hashFolder(tree));
  expect(said.trim().split('\n')).toEqual(['555,0', '444,0', '/absolute/./path/..', '../README.TXT', target]);
}, UML_TEST_MS);

inUml('UDF volumes that Linux wrote are read: blocks of 512 and 4096, files in their entries, in pieces, with holes, chained descriptors, links', async () => {
  const lab = await testLab();
  // Appending in turns tears two files into many pieces, more than one block of descriptors holds.
  const script = `export LC_ALL=C.UTF-8
cd $SCRATCH; seq 100000 | head -c 8192 > small
for block in 512 4096; do
  rm -f u; truncate -s 4M u
  mkudffs --blocksize=$block --media-type=hd --udfrev=$([ $block = 512 ] && echo 1.02 || echo 2.01) --label=KERNEL$block u >/dev/null || exit 3
  losetup -b $block /dev/loop0 u || exit 4
  mkdir -p m; mount -t udf -o iocharset=utf8 /dev/loop0 m || exit 5
  echo small > m/small.txt; mkdir -p m/Größe/日本; head -c 5000 /dev/urandom > m/Größe/日本/data; ln -s ../small.txt m/Größe/link
  i=0; while [ $i -lt $([ $block = 512 ] && echo 60 || echo 5) ]; do dd if=small bs=$block count=1 2>&- >> m/torn1; dd if=small bs=$block skip=1 count=1 2>&- >> m/torn2; i=$((i+1)); done
  truncate -s 300000 m/hole; echo end >> m/hole
  sync; echo "== $block"; (cd m; ${LIST}); umount m; losetup -d /dev/loop0
  echo "=="; gzip -9 < u | base64 -w0; echo
done; echo "== end"`;
  const { code, output } = await runInUml(lab, { modules: ['loop', 'udf', 'nls_utf8'], script });
  expect(code, output.slice(0, 2000)).toBe(0);
  const parts = output.split(/^==.*\n/m).slice(1);
  for (const [index, block] of [512, 4096].entries()) {
    const wanted = parse(parts[2 * index] ?? '');
    const volume = new Uint8Array(gunzipSync(Buffer.from(parts[2 * index + 1] ?? '', 'base64')));
    // An allocation extent: its tag is 258, alone at the start of a block, with a location that fits in 24 bits.
    const chained = Array.from({ length: volume.length / block }, (_, i) => i * block).filter((at) => volume[at] === 2 && volume[at + 1] === 1 && volume[at + 2]! <= 3 && volume[at + 15] === 0);
    if (block === 512) expect(chained.length).toBeGreaterThan(0);
    const disc = await readDisc(memoryDevice(volume));
    expect(disc).toMatchObject({ label: `KERNEL${block}`, view: 'udf', views: ['udf'] });
    const found = await hashTree(disc.tree);
    expect(found, `blocks of ${block}`).toEqual(wanted);
    expect(Object.keys(found)).toContain('Größe/日本/data');
    expect(found['small.txt']).toBe(createHash('sha256').update('small\n').digest('hex'));
    expect(disc.tree.leftOut).toEqual([{ path: 'Größe/link', why: 'link', target: '../small.txt' }]);
  }
}, UML_TEST_MS);
