import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AbortError, hashTree, openDevice, readDisc } from '../../native-free-engine/index.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { testLab } from '../labs/test-lab.ts';
import { need } from '../support/need.ts';
import { MIB, sha256 } from './bench.ts';

need({ ...FAULTY_NEEDS, tools: [...FAULTY_NEEDS.tools, 'genisoimage', 'dd'] })('the files of a disc that fails in the middle, answers no more, and recovers', async () => {
  const lab = await testLab();
  const root = join(lab.folder, 'tree');
  mkdirSync(root);
  const files = { a: 700, b: 9 * MIB + 5, c: 3 * MIB };
  const wanted = Object.entries(files).map(([path, size]) => {
    const bytes = randomFillSync(Buffer.alloc(size));
    writeFileSync(join(root, path), bytes);
    return { path, size, sha256: sha256(bytes) };
  });
  const iso = join(lab.folder, 'disc.iso');
  execFileSync('genisoimage', ['-quiet', '-udf', '-V', 'DISC', '-o', iso, root]);
  const disk = await attachFaulty(lab, { size: statSync(iso).size });
  execFileSync('dd', [`if=${iso}`, `of=${disk.path}`, 'bs=1M', 'oflag=direct', 'status=none', 'conv=fsync']);
  const device = await openDevice(disk.path, { write: false });
  const { tree } = await readDisc(device);
  const place = tree.entries.find(({ path }) => path === 'b')!.place!;
  const hashes = async (signal = new AbortController().signal, fail = 1e5): Promise<{ seen: unknown[]; error: unknown }> => {
    const seen: unknown[] = [];
    try {
      for await (const file of hashTree(tree, { signal, stall: { reduce: 1, restart: 3, fail } })) seen.push(file);
      return { seen, error: null };
    } catch (error) {
      return { seen, error };
    }
  };
  expect(await hashes()).toEqual({ seen: wanted, error: null });

  await disk.setFaults({ on: 'read', fromByte: place + 5 * MIB, toByte: place + 6 * MIB, error: 'EIO' });
  expect(await hashes()).toMatchObject({ seen: wanted.slice(0, 1), error: { code: 'target-read-failed', params: { errno: 'EIO', offset: place + 4 * MIB } } });

  await disk.setFaults({ on: 'read', fromByte: place + 5 * MIB, toByte: place + 6 * MIB, stall: true });
  expect(await hashes(undefined, 4)).toMatchObject({ seen: wanted.slice(0, 1), error: { code: 'image-unreadable', params: { path: 'b', errno: 'ETIMEDOUT' } } });
  const cancel = new AbortController();
  // Elsewhere: what is being read already nobody asks the disk for again.
  await disk.setFaults({ on: 'read', fromByte: place + 7 * MIB, toByte: place + 8 * MIB, stall: true });
  const cancelled = hashes(cancel.signal);
  await expect.poll(async () => (await disk.state()).held).toBeGreaterThan(0);
  cancel.abort();
  expect((await cancelled).error).toBeInstanceOf(AbortError);
  expect((await disk.state()).held).toBeGreaterThan(0);

  await disk.setFaults();
  expect(await hashes()).toEqual({ seen: wanted, error: null });
  await device.close();
});
