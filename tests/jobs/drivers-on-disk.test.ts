import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { driverWishSchema } from '../../src/contract/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { planDrivers } from '../../src/jobs/plan-drivers.ts';
import { writePackage } from '../engine/media/drivers/infs.ts';
import { smallWinPe } from '../engine/media/winpe/small-winpe.ts';
import { built, WERKBANK } from '../labs/built.ts';
import { testLab } from '../labs/test-lab.ts';
import { runInUml, UML_NEEDS, UML_TEST_MS } from '../labs/uml.ts';
import { need } from '../support/need.ts';

const NEEDS = { ...UML_NEEDS, tools: [...UML_NEEDS.tools, 'wimlib-imagex', 'losetup', 'blockdev', 'mount', 'umount', 'mdir', 'mcopy', 'fsck.fat'] };

need(NEEDS)(`drivers of a stick: what a plan says is done and nothing else; what changed, what has no room, what is cancelled half way or pulled out leave
  every driver whole; in the terminal they are looked at and brought up to date by its disk; it is never left mounted`, async () => {
  const lab = await testLab();
  const stick = join(lab.folder, 'stick.img');
  writeFileSync(stick, '');
  truncateSync(stick, 48 << 20);
  const store = (name: string, driverVer: string): string => {
    writePackage(join(lab.folder, name), 'net/e2f.inf', { driverVer });
    return join(lab.folder, name);
  };
  const old = store('old', '01/01/2024,1.0');
  writePackage(old, 'kept/k.inf', { provider: 'Kept', driverVer: '01/01/2024,1.0', models: { NTamd64: ['PCI\\VEN_15B3&DEV_1017'] } });
  const newer = store('newer', '01/01/2025,2.0');
  const newest = store('newest', '01/01/2026,3.0');
  // Large enough for a stick to be pulled out while it is copied.
  writeFileSync(join(newest, 'net/driver.sys'), Buffer.alloc(20 << 20, 7));
  const jobs = createJobService(createHost({ practiceFolder: null }), { version: '0' });
  const plan = await jobs.planWinpe({
    source: await smallWinPe(lab.folder), disks: [`file:${stick}`], iso: null, firmware: 'uefi', label: '', drivers: { folders: [old], kinds: ['network'], machines: { kind: 'any' } }, driversIn: 'medium',
    commands: [], keyboard: null, region: null, language: null, extraFolder: null, toolsFolder: null, newLoaders: false, scratchMiB: null, verify: true, eject: false, allowSystemDisk: false,
  });
  expect((await jobs.start(plan, {}).job.result).error).toBeNull();
  // No medium: a disk whose number was mistyped.
  const other = join(lab.folder, 'other.img');
  writeFileSync(other, Buffer.alloc(4 << 20));
  await expect(jobs.planDrivers({ disk: `file:${other}`, wish: driverWishSchema.parse({ folders: [newer], architecture: 'amd64' }), eject: false })).rejects.toMatchObject({ code: 'medium-unknown' });

  const { output } = await runInUml(lab, {
    modules: ['loop', 'vfat', 'nls_cp437', 'nls_ascii', 'nls_iso8859-1', 'nls_utf8'], scsiDisk: { dev_size_mb: 48 },
    script: `
update() { echo "RUN $1"; shift; ${WERKBANK} drivers update "$@" --yes --confirm system-unknown --json > $SCRATCH/events 2> $SCRATCH/errors; echo "EXIT $?"; cat $SCRATCH/events $SCRATCH/errors; state; }
state() { grep -c werkbank-volume /proc/self/mounts; losetup --list | grep -c /dev/loop; ls $SCRATCH | grep volume; }
files() { mdir -/ -b -i /dev/sda@@1M '::/$WinPEDriver$' | grep -v json; }
fresh() { dd if=${stick} of=/dev/sda bs=1M status=none; blockdev --flushbufs /dev/sda; }
check() { tail -c +1048577 /dev/sda | head -c $((46 * 1048576)) > $SCRATCH/part; fsck.fat -n $SCRATCH/part > $SCRATCH/check; echo "FSCK $?"; rm $SCRATCH/part; }
fresh
echo RUN jobs
node ${built('drivers-in-uml')} /dev/sda $SCRATCH
state
mdir -/ -b -i /dev/sda@@1M ::/ | sed 's/^/ON /'
check
rm -r $SCRATCH/store
fresh
update look /dev/sda ${newer} --check
files
update newer /dev/sda ${newer}
files
mcopy -n -i /dev/sda@@1M '::/$WinPEDriver$/werkbank-drivers.json' - | grep '"version": "'
check
scsi-disk dev_size_mb=48 delay=2
fresh
${WERKBANK} drivers update /dev/sda ${newest} --yes --confirm system-unknown --json > $SCRATCH/events 2> $SCRATCH/errors & job=$!
pull-disk 2000 $job
echo RUN pulled; wait $job; echo "EXIT $?"; cat $SCRATCH/events $SCRATCH/errors; state
`,
  });
  const part = (name: string): string => output.slice(output.indexOf(`RUN ${name}\n`)).split(/\nRUN /)[0]!;
  const clean = /^0\n0$/m;

  const said = new Map([...part('jobs').matchAll(/^SAYS (.*)$/gm)].map(([, line]) => JSON.parse(line!) as [string, unknown]));
  const planned = (version: string) => ({ changes: [['newer', 'e2f.inf', '1.0.0.0', version, true], ['added', 'w.inf', null, '1.0.0.0', false]], others: ['k.inf'], steps: ['recheck-identity', 'copy-drivers', 'remove-drivers'], loses: [] });
  expect(Object.fromEntries(said), output).toEqual({
    planned: planned('3.0.0.0'),
    cancelled: 'cancelled',
    changed: 'drivers-changed',
    full: 'medium-full',
    'planned again': planned('4.0.0.0'),
    done: { error: null, outcome: 'written', written: true },
    after: { changes: [['kept', 'e2f.inf', null, '4.0.0.0', true], ['kept', 'w.inf', null, '1.0.0.0', false]], others: ['k.inf'], steps: ['recheck-identity'], loses: [] },
  });
  const onStick = [...part('jobs').matchAll(/^ON ::\/(.*)$/gm)].map(([, path]) => path!.trim());
  expect(onStick.flatMap((path) => /([^/]+\.inf)$/i.exec(path)?.[1]?.toLowerCase() ?? []).sort()).toEqual(['e2f.inf', 'k.inf', 'w.inf']);
  expect(onStick.some((path) => path.includes('.partial'))).toBe(false);
  expect(part('jobs')).toContain('FSCK 0');

  expect(part('look'), output).toMatch(/^EXIT 0$/m);
  expect(part('look')).toContain('"kind":"newer"');
  const folders = (text: string): string[] => [...text.matchAll(/network\/(e2f-[0-9a-f]{8})\/e2f\.inf/gi)].map(([, name]) => name!);
  expect(part('newer')).toMatch(/^EXIT 0$/m);
  const [before, after] = [folders(part('look')), folders(part('newer'))];
  expect(before).toHaveLength(1);
  expect(after).toHaveLength(1);
  expect(after).not.toEqual(before);
  expect(part('newer')).toMatch(/"version": "2\.0/);
  expect(part('newer')).toContain('FSCK 0');
  expect(part('pulled')).not.toMatch(/^EXIT 0$/m);
  expect(part('pulled')).toContain('"code":"target-gone"');
  for (const name of ['jobs', 'look', 'newer', 'pulled']) expect(part(name), name).toMatch(clean);
}, UML_TEST_MS);

test('the disk of the running system is out of reach, whatever is on it', async () => {
  const disk = { id: '/dev/nvme0n1', path: '/dev/nvme0n1', model: 'System', partitions: [], verdict: { kind: 'hidden', score: 0, reasons: [{ code: 'system', params: {} }] } };
  const host = { disks: { find: () => Promise.resolve(disk) } };
  const wish = driverWishSchema.parse({ folders: ['/srv/drivers'], architecture: 'amd64' });
  await expect(planDrivers(host as never, { disk: disk.id, wish, eject: false }, {} as never)).rejects.toMatchObject({ code: 'disk-is-system' });
});
