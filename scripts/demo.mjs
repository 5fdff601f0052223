// `npm run demo`: the terminal's demo, with the threads for disk work that bin/werkbank gives it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
const env = { UV_THREADPOOL_SIZE: '16', ...process.env };
process.exit(spawnSync(process.execPath, [main, 'demo', ...process.argv.slice(2)], { stdio: 'inherit', env }).status ?? 1);
