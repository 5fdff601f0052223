import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { openDevice } from '../../native-free-engine/index.ts';
import { runCommand } from '../../src/host/command.ts';
import { createDisks } from '../../src/host/disks.ts';
import { createLinuxDisks } from '../../src/host/linux/disks.ts';
import { createLinuxSources } from '../../src/host/linux/sources.ts';
import { createLinuxTargets } from '../../src/host/linux/targets.ts';
import { createSources } from '../../src/host/sources.ts';
import { createTargets } from '../../src/host/targets.ts';

/** Runs inside another machine, on a volume group `vg-0` with a logical volume `my-data` mounted at the folder named by the first argument. Says what it finds as lines of JSON. */
const [folder = '', held = ''] = process.argv.slice(2);
const sh = (script: string): string => execFileSync('sh', ['-ec', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const say = (what: string, value: unknown): void => console.log(`SAYS ${JSON.stringify([what, value])}`);
const code = async (act: () => Promise<unknown>): Promise<string> => act().then(() => 'done', (error: unknown) => String((error as { code?: string }).code ?? error));

const disks = createDisks(createLinuxDisks(runCommand), () => null);
const sources = createSources(disks, createLinuxSources(runCommand, held));
const snapshots = (): number => readdirSync('/dev/mapper').filter((name) => name.includes('werkbank--snap') && !name.endsWith('-cow')).length;
async function digest(path: string, size: number): Promise<string> {
  const device = await openDevice(path, { write: false, size, sectorSize: 512 });
  const buffer = new Uint8Array(size);
  await device.readInto(0, buffer);
  await device.close();
  return createHash('sha256').update(buffer).digest('hex');
}

const volume = await disks.find('/dev/vg-0/my-data');
say('volume', { id: volume.id, size: volume.size, verdict: volume.verdict, table: volume.table, partitions: volume.partitions.map(({ number, fileSystem, mountPoints }) => [number, fileSystem?.kind, mountPoints]) });
say('check', await sources.check(volume, [0]));
say('write', await code(() => createTargets(disks, createLinuxTargets(runCommand)).openTarget({ ...volume, tableHash: null }, { wantZeros: false })));

// Of a program that died: its process number belongs to nobody. Opening a source removes it first.
sh('lvcreate -y --snapshot --size 16M --name werkbank-snap-0a0b0c0d-4194000-77-beef vg-0/my-data');
say('orphan', snapshots());
const source = await sources.open(volume, [0]);
say('opened', { address: source.address, notes: source.notes, overlays: source.overlays });
const first = await digest(source.address.path, volume.size);
sh(`dd if=/dev/urandom of=${folder}/more bs=1M count=2 conv=fsync status=none`);
say('still', first === (await digest(source.address.path, volume.size)));
say('clean', sh(`e2fsck -fn ${source.address.path} >/dev/null 2>&1; echo $?`));
say('confirmed', await code(() => source.confirm()));
say('swept meanwhile', await sources.sweep());
say('while', snapshots());
// More is written than the snapshot has room for.
sh(`dd if=/dev/urandom of=${folder}/flood bs=1M count=18 conv=fsync status=none`);
say('overflow', await code(() => source.confirm()));
await source.close();
say('after', snapshots());

// No room left in the group.
sh('lvcreate -y -l 100%FREE -n filler vg-0');
say('full', await code(() => sources.open(volume, [0])));
// The disk under the group: what is mounted on its volumes changes it.
const listed = await disks.list();
say('listed', listed.map((disk) => disk.path));
const disk = listed.find(({ path }) => path === '/dev/sda') ?? volume;
say('under', await sources.check(disk, [disk.partitions[0]?.number ?? -1]));
