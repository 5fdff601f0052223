import { execFile, type ExecFileException } from 'node:child_process';

/** The environment for system tools: the administrator's folders on the PATH, messages in English. */
export const toolEnv: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
  LC_ALL: 'C',
};

/** Runs a system tool and returns what it printed. @throws Error with the tool's own words */
export async function tool(program: string, args: readonly string[], options: { cwd?: string; input?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void => {
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    };
    const child = execFile(program, args, { cwd: options.cwd, env: toolEnv, maxBuffer: 64 << 20 }, done);
    // A tool that does not read its input closes it early; what matters then is its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
