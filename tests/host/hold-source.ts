import { runCommand } from '../../src/host/command.ts';
import { createDisks } from '../../src/host/disks.ts';
import { createLinuxDisks } from '../../src/host/linux/disks.ts';
import { createLinuxSources } from '../../src/host/linux/sources.ts';
import { createSources } from '../../src/host/sources.ts';

/** Holds partition 1 of a disk as a capture would, until it is killed. */
const [path = '', heldFolder = ''] = process.argv.slice(2);
const disks = createDisks(createLinuxDisks(runCommand), () => null);
const sources = createSources(disks, createLinuxSources(runCommand, heldFolder));
await sources.open(await disks.find(path), [1], { mayRemount: true });
console.log('held');
setInterval(() => undefined, 1000);
