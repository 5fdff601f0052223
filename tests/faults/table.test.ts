import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { tool } from '../labs/tool.ts';
import { werkbank } from '../labs/werkbank.ts';
import { expectEnd, faultBench, MIB, sha256, writeArgs } from './bench.ts';

const SIZE = 16 * MIB;
const withTables = need({ ...LOOP_NEEDS, tools: [...LOOP_NEEDS.tools, 'sfdisk'] });

/** What a hostile or dying stick may hold where its partition table should be, made from a good GPT. */
const DAMAGE: readonly { readonly name: string; readonly harm: (table: Buffer) => void }[] = [
  { name: 'a wrong header checksum, with the backup gone too', harm: (table) => { table[512 + 16]! ^= 0xff; table.fill(0, SIZE - 512); } },
  { name: 'four thousand million entries', harm: (table) => { table.writeUInt32LE(0xffffffff, 512 + 80); table.fill(0, SIZE - 512); } },
  { name: 'an MBR with partitions over one another and past the end', harm: (table) => {
    table.fill(0, 512);
    for (let entry = 446; entry < 510; entry += 16) {
      table[entry + 4] = 0x07;
      table.writeUInt32LE(1, entry + 8);
      table.writeUInt32LE(0xffffffff, entry + 12);
    }
  } },
  { name: 'an extended partition that points at itself', harm: (table) => {
    table.fill(0, 512);
    for (const at of [0, 2048 * 512]) {
      table[at + 446 + 4] = 0x83;
      table.writeUInt32LE(1, at + 446 + 8);
      table.writeUInt32LE(8, at + 446 + 12);
      table[at + 462 + 4] = 0x05;
      table.writeUInt32LE(at === 0 ? 2048 : 0, at + 462 + 8);
      table.writeUInt32LE(4096, at + 462 + 12);
      table.writeUInt16LE(0xaa55, at + 510);
    }
  } },
];

for (const { name, harm } of DAMAGE) {
  withTables(`a stick with ${name} is listed, looked at and written like any other`, async () => {
    const { lab, image, bytes, neighbour, expectNothingElseHarmed } = await faultBench(4 * MIB);
    const backing = join(lab.folder, 'stick.img');
    await writeFile(backing, Buffer.alloc(SIZE));
    await tool('sfdisk', ['-q', backing], { input: 'label: gpt\nsize=4M\nsize=4M\n' });
    const file = await open(backing, 'r+');
    const table = Buffer.alloc(SIZE);
    await file.read(table, 0, SIZE, 0);
    harm(table);
    await file.write(table, 0, SIZE, 0);
    await file.close();
    const target = await attachLoop(lab, { backing });

    const listed = await werkbank(lab, ['disks']);
    expectEnd(listed, null, 0);
    const disks = listed.events.find((event) => event.event === 'disks')?.disks ?? [];
    const stick = disks.find(({ path }) => path === target.path);
    expect(stick?.verdict.kind).toBe('writable');
    expect(stick?.table).toBe('corrupt');
    // The neighbour in the same list is read as if nothing were the matter.
    expect(disks.find(({ path }) => path === neighbour.path)).toMatchObject({ table: 'mbr', verdict: { kind: 'writable' } });

    expectEnd(await werkbank(lab, writeArgs(image, target.path)), null, 0);
    expect(sha256(await target.read(0, bytes.length))).toBe(sha256(bytes));
    await expectNothingElseHarmed();
  });
}
