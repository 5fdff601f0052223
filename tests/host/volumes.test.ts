import { expect, test } from 'vitest';
import type { Disk } from '../../src/contract/index.ts';
import { createVolumes } from '../../src/host/volumes.ts';

const FAT = { number: 1, role: 'data', fileSystem: { kind: 'fat32', label: 'STICK', uuid: '' }, mountPoints: ['/mnt/stick'] };
const stick = (table: Disk['table'], partitions: readonly object[]): Disk => ({ id: 'a', model: 'Stick', path: '/dev/sdx', table, partitions, verdict: { kind: 'offered', reasons: [] } }) as never;
const SILENT = stick('unreadable', []);

/** Finds the stick as it is each time; the last one from then on. */
function volumesOf(...found: Disk[]) {
  let asked = 0;
  const find = (): Promise<Disk> => Promise.resolve(found[Math.min(asked++, found.length - 1)]!);
  const withFiles = createVolumes({ find }, { withFiles: () => Promise.reject(new Error('is mounted already')) }, 1).withFiles;
  return { open: () => withFiles({ id: 'a' }, { write: false, signal: new AbortController().signal }, (folder) => Promise.resolve(folder)), asked: () => asked };
}

test('a stick that is slow to say what is on it is asked again, and one that never does is named', async () => {
  const slow = volumesOf(SILENT, SILENT, stick('mbr', [FAT]));
  expect(await slow.open()).toBe('/mnt/stick');
  expect(slow.asked()).toBe(3);
  const dead = volumesOf(SILENT);
  await expect(dead.open()).rejects.toMatchObject({ code: 'disk-silent', params: { disk: 'Stick' } });
  expect(dead.asked()).toBe(4);
});

test('what has no volume of that kind is asked once', async () => {
  const empty = volumesOf(stick('none', []));
  await expect(empty.open()).rejects.toMatchObject({ code: 'medium-unknown' });
  expect(empty.asked()).toBe(1);
});
