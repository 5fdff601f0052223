import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { need } from '../support/need.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { attachLoop, LOOP_NEEDS } from '../labs/loop.ts';
import { faultBench, imageBytes, MIB } from './bench.ts';

need(LOOP_NEEDS)('a stick exchanged for another of the same size after the plan is not written', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const [planned, other] = [join(lab.folder, 'planned.img'), join(lab.folder, 'other.img')];
  await writeFile(planned, imageBytes(8 * MIB));
  await writeFile(other, imageBytes(8 * MIB));
  const target = await attachLoop(lab, { backing: planned });

  const jobs = createJobService(createHost({ practiceFolder: join(lab.folder, 'practice') }), { version: 'test' });
  const plan = await jobs.planWrite({ location: image, disks: [target.path], verify: true, eject: false, checksum: '', allowSystemDisk: false });
  await target.exchange(other);
  const before = await target.sha256();
  const report = await jobs.start(plan, {}).job.result;
  expect(report.outcome).toBe('failed');
  expect((report.error ?? report.targets[0]?.error)?.code).toBe('disk-changed');
  expect(await target.sha256()).toBe(before);
  await expectNothingElseHarmed();
});

need(LOOP_NEEDS)('a stick that got another table after the plan is not written', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const backing = join(lab.folder, 'stick.img');
  await writeFile(backing, imageBytes(8 * MIB));
  const target = await attachLoop(lab, { backing });
  const jobs = createJobService(createHost({ practiceFolder: join(lab.folder, 'practice') }), { version: 'test' });
  const plan = await jobs.planWrite({ location: image, disks: [target.path], verify: true, eject: false, checksum: '', allowSystemDisk: false });
  await writeFile(target.path, imageBytes(MIB), { flag: 'r+', flush: true });
  const before = await target.sha256();
  const report = await jobs.start(plan, {}).job.result;
  expect((report.error ?? report.targets[0]?.error)?.code).toBe('disk-changed');
  expect(await target.sha256()).toBe(before);
  await expectNothingElseHarmed();
});

need({ ...FAULTY_NEEDS, tools: [...FAULTY_NEEDS.tools, ...LOOP_NEEDS.tools] })('a stick that cannot be read any more, or is pulled out, before it is written, is not taken for another one', async () => {
  const { lab, image, expectNothingElseHarmed } = await faultBench(4 * MIB);
  const jobs = createJobService(createHost({ practiceFolder: join(lab.folder, 'practice') }), { version: 'test' });
  const ended = async (path: string, between: () => Promise<void>): Promise<string | undefined> => {
    const plan = await jobs.planWrite({ location: image, disks: [path], verify: true, eject: false, checksum: '', allowSystemDisk: false });
    await between();
    const report = await jobs.start(plan, Object.fromEntries(plan.disks.map(({ identity, confirm }) => [identity.id, confirm.map(({ code }) => code)]))).job.result;
    expect(report.targets.every(({ bytesWritten }) => bytesWritten === 0)).toBe(true);
    return (report.error ?? report.targets[0]?.error)?.code;
  };
  const silent = await attachFaulty(lab, { size: 16 * MIB });
  expect(await ended(silent.path, () => silent.setFaults({ on: 'read', error: 'EIO' }))).toBe('disk-silent');
  const pulled = await attachLoop(lab, { size: 16 * MIB });
  expect(await ended(pulled.path, () => pulled.detach())).toBe('disk-not-found');
  await expectNothingElseHarmed();
});
