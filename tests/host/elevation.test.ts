import { spawnSync } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import type { CommandResult, CommandRunner } from '../../src/host/command.ts';
import { createRendezvous, type Elevation } from '../../src/host/index.ts';
import { createLinuxElevation, pkexecError } from '../../src/host/linux/elevation.ts';
import { administratorScript, createMacElevation, osascriptError, quoteAppleScript, quoteShell } from '../../src/host/macos/elevation.ts';
import { createWindowsElevation, quoteArgument, quotePowerShell, runAsScript, uacError } from '../../src/host/windows/elevation.ts';
import { need } from '../support/need.ts';
import { fc } from './property.ts';

const forever = new Promise<never>(() => undefined);
const answer = (code: number, stderr = ''): CommandResult => ({ code, stdout: '', stderr });

async function start(create: (run: CommandRunner) => Elevation, run: CommandRunner): Promise<{ tokenPath: string; started: Promise<void>; token: string }> {
  const place = await createRendezvous();
  const { socketPath, tokenPath, token } = place;
  onTestFinished(() => place.close());
  return { tokenPath, token, started: create(run).start({ program: '/opt/Werk bank/werkbank', args: ['--engine-host'], socketPath, tokenPath }) };
}

test('the meeting place is private, and its token is never on a command line', async () => {
  const lines: string[] = [];
  for (const create of [createLinuxElevation, createMacElevation, createWindowsElevation]) {
    const { started, token, tokenPath } = await start(create, (program, args) => {
      lines.push([program, ...args].join(' '));
      return forever;
    });
    expect(await readFile(tokenPath, 'utf8')).toBe(token);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    if (process.platform !== 'win32') {
      expect((await stat(tokenPath)).mode & 0o777).toBe(0o600);
      expect((await stat(dirname(tokenPath))).mode & 0o777).toBe(0o700);
    }
    const line = lines.at(-1) ?? '';
    const decoded = line.includes('-EncodedCommand') ? Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString('utf16le') : line;
    expect(decoded).toContain(tokenPath);
    expect(decoded).not.toContain(token);
    // The program that was started takes the token away.
    await rm(tokenPath);
    await started;
  }
});

test('pkexec is called with an argument array, and its program may run for as long as it likes', async () => {
  let call: { program: string; args: readonly string[]; longLived: boolean | undefined } | null = null;
  const { started, tokenPath } = await start(createLinuxElevation, (program, args, options) => {
    call = { program, args, longLived: options?.longLived };
    return forever;
  });
  expect(call).toMatchObject({ program: 'pkexec', args: ['/opt/Werk bank/werkbank', '--engine-host', '--socket', expect.any(String), '--token-file', tokenPath], longLived: true });
  await rm(tokenPath);
  await started;
});

// Texts of pkexec 0.105 to 126, constructed from its source and manual page.
test.each([
  [126, 'Error executing command as another user: Request dismissed', 'elevation-refused', 'dismissed'],
  [127, 'Error executing command as another user: Not authorized\n\nThis incident has been reported.', 'elevation-refused', 'not-authorised'],
  [127, 'Error executing command as another user: No authentication agent found.', 'elevation-unavailable', 'no-agent'],
  [127, 'Error getting authority: Error initializing authority: Could not connect: No such file or directory (g-io-error-quark, 1) D-Bus', 'elevation-unavailable', 'no-agent'],
  [127, 'pkexec must be setuid root: not setuid root', 'elevation-unavailable', 'no-agent'],
  [1, '', 'elevation-unavailable', 'failed'],
])('pkexec ends with %d: %s', (code, stderr, error, reason) => {
  expect(pkexecError(code, stderr)).toMatchObject({ code: error, params: { reason } });
});

// Constructed from Apple's and Microsoft's documentation of these numbers.
test('macOS and Windows: a no is told from a failure', () => {
  expect(osascriptError(1, '0:70: execution error: User canceled. (-128)')).toMatchObject({ code: 'elevation-refused', params: { reason: 'dismissed' } });
  expect(osascriptError(1, 'execution error: The administrator user name or password was incorrect. (-60005)')).toMatchObject({ code: 'elevation-refused', params: { reason: 'not-authorised' } });
  expect(osascriptError(1, 'execution error: (-60007)')).toMatchObject({ code: 'elevation-unavailable' });
  expect(uacError(123, '')).toMatchObject({ code: 'elevation-refused', params: { reason: 'dismissed' } });
  expect(uacError(1, 'This command cannot be run due to the error: The operation was canceled by the user.')).toMatchObject({ code: 'elevation-refused' });
  expect(uacError(1, 'The system cannot find the file specified.')).toMatchObject({ code: 'elevation-unavailable' });
});

test('an end without an answer is an error, and so is a missing program', async () => {
  await expect((await start(createLinuxElevation, () => Promise.resolve(answer(126)))).started).rejects.toThrow('elevation-refused');
  await expect((await start(createLinuxElevation, () => Promise.reject(new EngineError('tool-missing', { tool: 'pkexec' })))).started).rejects.toMatchObject({ code: 'elevation-unavailable', params: { reason: 'no-tool' } });
});

const words = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '$', '`', '%', '&', ';', '\n', '\t', '*', 'é', '’', '(', ')') }), { maxLength: 5 });

/** Microsoft's documented rules for taking a command line apart: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments */
function commandLineToArgv(line: string): string[] {
  const argv: string[] = [];
  let current: string | null = null;
  let quoted = false;
  for (let i = 0; i < line.length; ) {
    const slashes = /^\\*/.exec(line.slice(i))?.[0].length ?? 0;
    i += slashes;
    if (line[i] === '"') {
      current = (current ?? '') + '\\'.repeat(Math.floor(slashes / 2));
      if (slashes % 2 === 1) current += '"';
      else quoted = !quoted;
      i++;
    } else {
      if (slashes > 0) current = (current ?? '') + '\\'.repeat(slashes);
      const char = line[i++];
      if (char === undefined) break;
      if (!quoted && /\s/.test(char)) {
        if (current !== null) argv.push(current);
        current = null;
      } else current = (current ?? '') + char;
    }
  }
  if (current !== null) argv.push(current);
  return argv;
}

test('Windows: every argument comes out as it went in', () => {
  expect(['plain', 'C:\\Program Files\\x\\', 'say "hi"', '', 'a\\"b'].map(quoteArgument)).toEqual(['plain', '"C:\\Program Files\\x\\\\"', '"say \\"hi\\""', '""', '"a\\\\\\"b"']);
  fc.assert(fc.property(words, (args) => {
    expect(commandLineToArgv(args.map(quoteArgument).join(' '))).toEqual(args);
  }));
});

test('PowerShell: nothing ends the string early, typographic quotes included', () => {
  expect(quotePowerShell("it's")).toBe("'it''s'");
  fc.assert(fc.property(words, (args) => {
    const quoted = quotePowerShell(args.join(' '));
    // Inside, every quote PowerShell knows stands doubled.
    expect(quoted.slice(1, -1).replace(/(['\u2018\u2019\u201a\u201b])\1/g, '')).not.toMatch(/['\u2018\u2019\u201a\u201b]/);
  }));
  expect(runAsScript('C:\\it\'s\\w.exe', ['--a', 'b c'])).toContain(`-FilePath 'C:\\it''s\\w.exe' -ArgumentList '--a "b c"' -Verb RunAs`);
});

need({ tools: ['sh'] })('macOS: the shell gets every argument as it went in', () => {
  expect(quoteAppleScript('a"b\\c')).toBe('"a\\"b\\\\c"');
  expect(administratorScript('/Apps/W b', ["it's"])).toBe(`do shell script "'/Apps/W b' 'it'\\\\''s' >/dev/null 2>&1 </dev/null &" with administrator privileges`);
  fc.assert(fc.property(words, (args) => {
    const script = `for a in ${args.map(quoteShell).join(' ')}; do printf '%s\\0' "$a"; done`;
    const out = args.length === 0 ? '' : spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout;
    expect(out).toBe(args.map((arg) => `${arg}\0`).join(''));
  }), { numRuns: 60 });
});
