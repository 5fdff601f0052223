import { expect } from 'vitest';
import { need } from '../support/need.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from './uml.ts';
import { testLab } from './test-lab.ts';

const inUml = need(UML_NEEDS);

inUml('runs a script with the checkout\'s Node, a removable disk, and no way to write to this computer', async () => {
  const lab = await testLab();
  const { code, output } = await runInUml(lab, {
    scsiDisk: { dev_size_mb: 16, sector_size: 4096 },
    script: `cat /sys/block/sda/removable /sys/block/sda/queue/logical_block_size
node -p '"sum " + (20 + 22)'
touch ${lab.folder}/written-from-inside || echo kept out
exit 3`,
  });
  expect(output).toMatch(/^1\n4096\n/);
  expect(output).toContain('sum 42\n');
  expect(output).toContain('kept out');
  expect(code).toBe(3);
}, UML_TEST_MS);

inUml('a script that never ends is ended', async () => {
  await expect(runInUml(await testLab(), { script: 'sleep 1000', timeoutSeconds: 4 })).rejects.toThrow('no end within 4 s');
}, UML_TEST_MS);
