/** Electron's command line: `electron [-r module] [--switch[=value]] app [arguments]`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface CommandLine {
  /** Modules to load before the app, as `-r` asks. */
  readonly preloads: readonly string[];
  /** Port for Node's inspector; 0 chooses one; null leaves it closed. */
  readonly inspect: number | null;
  /** Switches before the app, which go to Chromium. */
  readonly switches: ReadonlyMap<string, string>;
  /** The app's folder or file, absolute; null when none is named. */
  readonly target: string | null;
}

export function parseCommandLine(args: readonly string[]): CommandLine {
  const preloads: string[] = [];
  const switches = new Map<string, string>();
  let inspect: number | null = null;
  let target: string | null = null;
  for (let i = 0; i < args.length; i += 1) {
    const argument = args[i] as string;
    const [, name, value = ''] = /^--([^=]+)=?(.*)$/s.exec(argument) ?? [];
    if (argument === '-r' || argument === '--require') {
      i += 1;
      preloads.push(resolve(args[i] ?? ''));
    } else if (name === 'inspect') {
      inspect = value === '' ? 9229 : Number(value.split(':').at(-1));
    } else if (name !== undefined) {
      switches.set(name, value);
    } else if (target === null && !argument.startsWith('-')) {
      target = resolve(argument);
    }
  }
  return { preloads, inspect, switches, target };
}

export interface AppPackage {
  readonly name: string;
  readonly version: string;
  /** The folder that `app.getAppPath()` gives. */
  readonly folder: string;
  /** The file to run. */
  readonly main: string;
}

/** Reads what is to be run, as Electron does: a folder with a package.json, or a file on its own. */
export function readAppPackage(target: string): AppPackage {
  if (!existsSync(target)) throw new Error(`Cannot find the app at ${target}`);
  if (!statSync(target).isDirectory()) return { name: 'Electron', version: '0.0.0', folder: dirname(target), main: target };
  const fields = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Record<string, string | undefined>;
  return {
    name: fields['productName'] ?? fields['name'] ?? 'Electron',
    version: fields['version'] ?? '0.0.0',
    folder: target,
    main: resolve(target, fields['main'] ?? 'index.js'),
  };
}
