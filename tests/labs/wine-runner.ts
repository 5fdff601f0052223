// Runs in a Windows Node, under Wine: what the one way to run programs (src/host/command.ts) makes of paths, quotes, percent
// signs and languages on Windows, and how it ends what hangs. Started by wine.ts, which says where the answers go.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, isAbort } from '../../native-free-engine/index.ts';
import { findProgram, runCommand } from '../../src/host/command.ts';

const [folder = ''] = process.argv.slice(2);
const echo = join(folder, 'a folder é', 'echo args.mjs');
const HANGS = ['-e', 'setInterval(() => undefined, 1000)'];
const ARGS = [
  'plain', 'with space', '', 'quo"te', 'back\\slash\\', 'ends with space ', '\\\\.\\PhysicalDrive0', 'C:\\Program Files\\x y\\', '%PATH%', '^caret & pipe | > out', '\'single\'', 'größe ☂ 日本', '"', '\\"', 'a\\\\"b',
  '$(x) `y`', '-EncodedCommand==',
];
const codeOf = (error: unknown): string => (isAbort(error) ? 'aborted' : error instanceof EngineError ? `${error.code} ${String(error.params['detail'] ?? '')}`.trim() : String(error));
const failure = (running: Promise<unknown>): Promise<string> => running.then(() => 'no failure', codeOf);

const checks: Readonly<Record<string, () => Promise<void>>> = {
  'it is a Windows Node': async () => assert.equal(process.platform, 'win32'),
  'arguments, input and exit code arrive as they were given, in a folder with a space and an accent': async () => {
    const { code, stdout } = await runCommand(process.execPath, [echo, ...ARGS], { input: 'Get-Disk | größe\n', timeoutMs: 30_000 });
    assert.deepEqual(JSON.parse(stdout), { args: ARGS, input: 'Get-Disk | größe\n' });
    assert.equal(code, 3);
  },
  'a program of the system is found, run, and its exit code is an answer': async () => {
    assert.match((await findProgram('cmd.exe')) ?? '', /^C:\\windows\\.*cmd\.exe$/i);
    const { code, stdout } = await runCommand('cmd.exe', ['/c', 'echo hallo & exit 5']);
    assert.deepEqual([code, stdout.trim()], [5, 'hallo']);
  },
  'a program that is not there is named': async () => assert.equal(await failure(runCommand('no-such-program.exe', [])), 'tool-missing'),
  'a program that hangs is given up in time': async () => {
    assert.equal(await failure(runCommand(process.execPath, HANGS, { timeoutMs: 1_500 })), 'tool-failed no answer within 1500 ms');
  },
  'cancelling ends a program': async () => assert.equal(await failure(runCommand(process.execPath, HANGS, { signal: AbortSignal.timeout(1_000) })), 'aborted'),
};

for (const [name, check] of Object.entries(checks)) {
  const said = await check().then(() => 'ok', (error: unknown) => `FAILED ${String(error)}`);
  appendFileSync(join(folder, 'answers.txt'), `${said}: ${name}\n`);
}
