/** What the modules of the stand-in share: the command line, the app being run, and the one Chromium. */
import { parseCommandLine, readAppPackage, type AppPackage } from './command-line.ts';
import type { Chromium } from './chromium/launch.ts';

export const commandLine = parseCommandLine(process.argv.slice(2));
/** Switches for Chromium; the app may add to them until Chromium starts. */
export const switches = new Map(commandLine.switches);

let loaded: AppPackage | undefined;
/** The app named on the command line; throws when there is none. */
export function appPackage(): AppPackage {
  return loaded ??= readAppPackage(commandLine.target ?? process.cwd());
}

/** Chromium, once it runs: windows wait for it. */
export const chromium = Promise.withResolvers<Chromium>();
