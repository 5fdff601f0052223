import { readFileSync } from 'node:fs';
import { manifestPath, readManifest, readSums } from '../../../native-free-engine/index.ts';
import { addressOf, restore } from './restoring.ts';
import type { RestoreLayout } from '../../../native-free-engine/index.ts';
import type { DiskMap } from '../../../native-free-engine/layout/disk-map.ts';

/** A restore in a process of its own, to be killed: told by a file what to do, says on its output how far it is. */
const request = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as { image: string; map: DiskMap; layout: RestoreLayout; target: string; size: number; resume: boolean; withSums: boolean };
const found = await readManifest(manifestPath(request.image));
const of = { image: request.image, id: found.manifest.id, map: request.map, sums: request.withSums ? await readSums(found) : null };
process.stdout.write('started\n');
const { targets } = await restore(of, [{ address: addressOf(request.target, request.size), layout: request.layout }], {
  resume: request.resume,
  checkpoints: { bytes: 2 * 1024 * 1024, seconds: 0.05 },
  // So that there is time to be killed in.
  bytesPerSecond: () => 60e6,
});
process.stdout.write(`${targets[0]!.state} ${targets[0]!.error?.message ?? ''}\n`);
process.exit(targets[0]!.state === 'done' ? 0 : 1);
