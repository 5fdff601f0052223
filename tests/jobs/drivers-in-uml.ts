import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../native-free-engine/index.ts';
import { driverWishSchema, type DriversPlan, type Report } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { writePackage } from '../engine/media/drivers/infs.ts';

/** Runs inside another machine, on a WinPE stick with two network drivers of version 1.0. Says what it finds as lines of JSON. */
const [stick = '', scratch = ''] = process.argv.slice(2);
const say = (what: string, value: unknown): void => console.log(`SAYS ${JSON.stringify([what, value])}`);
const MIB = 1 << 20;

process.once('uncaughtException', (error) => {
  say('error', String(error.stack));
  process.exitCode = 1;
});

const jobs = createJobService(createHost({ practiceFolder: null }), { version: '0' });
const store = join(scratch, 'store');
const newNetwork = (driverVer: string): string => writePackage(store, 'net/e2f.inf', { driverVer });
const plan = (): Promise<DriversPlan> => jobs.planDrivers({ disk: stick, wish: driverWishSchema.parse({ folders: [store], architecture: 'amd64' }), eject: false });
const agreed = ({ disk }: DriversPlan): Record<string, string[]> => ({ [disk.identity.id]: disk.confirm.map(({ code }) => code) });
const run = (planned: DriversPlan): Promise<Report> => jobs.start(planned, agreed(planned)).job.result;
const changesOf = ({ changes, others, steps, disk }: DriversPlan): unknown => ({
  changes: changes.map(({ kind, driver, than, signed }) => [kind, driver.infName, than?.version ?? null, driver.version, signed]), others: others.map(({ infName }) => infName), steps: steps.map(({ code }) => code), loses: disk.loses,
});

newNetwork('01/01/2026,3.0');
// Large enough to be cancelled while it is copied.
writeFileSync(join(store, 'net/driver.sys'), Buffer.alloc(12 * MIB, 7));
writePackage(store, 'wifi/w.inf', { provider: 'Added', driverVer: '01/01/2026,1.0', catalog: null, models: { NTamd64: ['PCI\\VEN_10EC&DEV_8168'] } });

const first = await plan();
say('planned', changesOf(first));
const { jobId, job } = jobs.start(first, agreed(first));
job.onProgress(({ phase, bytesDone }) => {
  if (phase === 'writing' && bytesDone > MIB) jobs.cancel(jobId);
});
say('cancelled', (await job.result).outcome);

// The folders change between the plan and the job.
newNetwork('01/01/2026,4.0');
const changed = (await run(first)).error;
say('changed', changed?.code === 'drivers-changed' ? changed.code : changed);

// With more than there is room for.
writeFileSync(join(store, 'net/driver.sys'), Buffer.alloc(64 * MIB));
say('full', await plan().then(() => 'planned', (error: unknown) => (error instanceof EngineError && error.code === 'medium-full' ? error.code : String(error))));

writeFileSync(join(store, 'net/driver.sys'), Buffer.alloc(MIB, 7));
const last = await plan();
say('planned again', changesOf(last));
const { error, targets } = await run(last);
say('done', { error, outcome: targets[0]?.outcome, written: targets[0]?.bytesWritten === last.bytes });
say('after', changesOf(await plan()));
