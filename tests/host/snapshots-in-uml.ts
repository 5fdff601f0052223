import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openDevice } from '../../native-free-engine/index.ts';
import { runCommand } from '../../src/host/command.ts';
import { createDisks } from '../../src/host/disks.ts';
import { createLinuxDisks } from '../../src/host/linux/disks.ts';
import { createLinuxSources } from '../../src/host/linux/sources.ts';
import { createSources } from '../../src/host/sources.ts';

/** Runs inside another machine, on a volume group `vg-0` with a logical volume `my-data` mounted at the folder named by the first argument. Says what it finds as lines of JSON. */
const [folder = '', held = ''] = process.argv.slice(2);
const sh = (script: string): string => execFileSync('sh', ['-ec', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const say = (what: string, value: unknown): void => console.log(`SAYS ${JSON.stringify([what, value])}`);
const code = async (act: () => Promise<unknown>): Promise<string> => act().then(() => 'done', (error: unknown) => String((error as { code?: string }).code ?? error));

const disks = createDisks(createLinuxDisks(runCommand), () => null);
const sources = createSources(disks, createLinuxSources(runCommand, held));
const snapshots = (): string => sh('lvs --noheadings -o lv_name vg-0 | grep -c werkbank-snap || true');
async function digest(path: string, size: number): Promise<string> {
  const device = await openDevice(path, { write: false, size, sectorSize: 512 });
  const buffer = new Uint8Array(size);
  await device.readInto(0, buffer);
  await device.close();
  return createHash('sha256').update(buffer).digest('hex');
}

const volume = await disks.find('/dev/vg-0/my-data');
say('volume', { id: volume.id, size: volume.size, verdict: volume.verdict, table: volume.table, partitions: volume.partitions.map(({ number, fileSystem, mountPoints }) => [number, fileSystem?.kind, mountPoints]) });
say('listed', (await disks.list()).map((disk) => disk.path));
say('check', await sources.check(volume, [0]));
say('write', await code(() => import('../../src/host/targets.ts').then(async ({ createTargets }) => {
  const { createLinuxTargets } = await import('../../src/host/linux/targets.ts');
  return createTargets(disks, createLinuxTargets(runCommand)).openTarget({ ...volume, tableHash: null }, { wantZeros: false });
})));

const source = await sources.open(volume, [0]);
say('opened', { address: source.address, notes: source.notes, overlays: source.overlays });
const first = await digest(source.address.path, volume.size);
sh(`dd if=/dev/urandom of=${folder}/more bs=1M count=4 conv=fsync status=none`);
const second = await digest(source.address.path, volume.size);
say('still', first === second);
sh(`dd if=${source.address.path} of=$SCRATCH/copy bs=1M status=none`);
say('clean', sh('e2fsck -fn $SCRATCH/copy >/dev/null 2>&1; echo $?; rm $SCRATCH/copy'));
say('confirmed', await code(() => source.confirm()));
say('while', snapshots());
await source.close();
say('after', snapshots());

// More is written than the snapshot has room for.
const lost = await sources.open(volume, [0]);
sh(`dd if=/dev/urandom of=${folder}/flood bs=1M count=30 conv=fsync status=none; rm ${folder}/flood; sync`);
say('overflow', await code(() => lost.confirm()));
await lost.close();
say('after overflow', snapshots());

// A program that died: its process number belongs to nobody.
sh('lvcreate -y --snapshot --size 16M --name werkbank-snap-0a0b0c0d-4194000-77-beef vg-0/my-data');
const mine = await sources.open(volume, [0]);
say('orphan', snapshots());
say('swept', await sources.sweep());
say('mine stays', snapshots());
await mine.close();

// No room left in the group.
sh('lvcreate -y -l 100%FREE -n filler vg-0');
say('full', await code(() => sources.open(volume, [0])));
// The disk under the group: what is mounted on its volumes changes it.
const disk = await disks.find('/dev/sda');
say('under', await sources.check(disk, [disk.partitions[0]?.number ?? -1]));
