import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import { describeImage } from '../../src/jobs/describe.ts';
import { blankFile, labFolder, run } from '../engine/lab.ts';
import { need } from '../support/need.ts';

const MIB = 1024 * 1024;
const folder = labFolder();

need({ tools: ['sfdisk', 'mke2fs', 'gzip'] })('a packed disk with logical partitions is described whole, far as their records lie from its beginning', async () => {
  const disk = blankFile(folder, 'logical.img', 64 * MIB);
  run('sfdisk', ['-q', disk], 'label: dos\nstart=2048, size=32768, type=83\nstart=40960, type=5\nstart=43008, size=20480, type=83\nstart=69632, size=20480, type=83\n');
  run('mke2fs', ['-q', '-t', 'ext4', '-L', 'far', '-E', `offset=${69_632 * 512}`, disk, '10240k']);
  run('gzip', ['-k', disk]);
  const options = { folders: [], tempDir: tmpdir(), signal: new AbortController().signal };
  const packed = await describeImage(`${disk}.gz`, options);
  expect(packed.table).toBe('mbr');
  expect(packed.partitions.map(({ number, fileSystem }) => [number, fileSystem?.label ?? null])).toEqual([[1, null], [2, null], [5, null], [6, 'far']]);
  expect(packed.partitions).toEqual((await describeImage(disk, options)).partitions);
});
