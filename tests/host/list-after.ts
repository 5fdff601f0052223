import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createHost } from '../../src/host/index.ts';

/** Runs inside another machine: each step of the file named by the first argument in a shell, then the list of disks as one line of JSON. */
const host = createHost({ practiceFolder: null });
for (const step of JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as string[]) {
  execFileSync('sh', ['-ec', step], { stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`DISKS ${JSON.stringify(await host.disks.list())}`);
}
