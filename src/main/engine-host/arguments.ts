import { parseArgs } from 'node:util';

/** What an engine host is told when it is started. */
export interface HostArguments {
  readonly appVersion: string;
  readonly practiceFolder: string | null;
  /** Only for an elevated one, added by whoever elevates it: where to connect back to, and the file that holds what to say first. */
  readonly rendezvous: { readonly socketPath: string; readonly tokenPath: string } | null;
}

/** The switch that makes the program an engine host instead of a window. */
export const ENGINE_HOST_SWITCH = '--engine-host';

export function formatHostArguments(options: Omit<HostArguments, 'rendezvous'>): string[] {
  const args = [ENGINE_HOST_SWITCH, `--app-version=${options.appVersion}`];
  if (options.practiceFolder !== null) args.push(`--practice-folder=${options.practiceFolder}`);
  return args;
}

/** Switches meant for Chromium and the path of the program may stand between ours. */
export function parseHostArguments(argv: readonly string[]): HostArguments {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      'app-version': { type: 'string' },
      'practice-folder': { type: 'string' },
      'socket': { type: 'string' },
      'token-file': { type: 'string' },
    },
  });
  const text = (value: string | boolean | undefined): string | null => (typeof value === 'string' ? value : null);
  const socketPath = text(values.socket);
  const tokenPath = text(values['token-file']);
  return {
    appVersion: text(values['app-version']) ?? 'unknown',
    practiceFolder: text(values['practice-folder']),
    rendezvous: socketPath !== null && tokenPath !== null ? { socketPath, tokenPath } : null,
  };
}
