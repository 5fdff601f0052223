/** Starts Chromium, once, and makes sure that it never outlives the stand-in. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { DevToolsPipe } from './devtools-pipe.ts';
import { findChromium } from './find-chromium.ts';
import { makeProfile, removeProfile } from './profile-folder.ts';

/** A visible window for people, instead of a headless one for tests. */
export const preview = process.env['WERKBANK_PREVIEW'] === '1';

const FLAGS: readonly string[] = [
  '--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-quic', '--disable-gpu', '--disable-default-apps', '--disable-breakpad', '--password-store=basic', '--disable-infobars', '--disable-search-engine-choice-screen',
  // Module scripts and fetch() of files beside the page: Electron allows them on file://.
  '--allow-file-access-from-files',
  // The program decides whether a window opens (setWindowOpenHandler), and every one here says no.
  '--block-new-web-contents',
  // The last window closing ends Chromium otherwise, while the program may still be at work.
  '--keep-alive-for-test',
];

/**
 * File names are UTF-8, as Node takes them to be. Where the user's locale is
 * not installed, Chromium would fall back to ASCII and lose files with other
 * names; the language itself stays the user's.
 */
function environment(): NodeJS.ProcessEnv {
  const { LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = process.env;
  return { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: LANGUAGE || LC_ALL || LC_MESSAGES || LANG };
}

export interface Chromium {
  readonly devTools: DevToolsPipe;
  readonly process: ChildProcess;
  readonly command: string;
  readonly profile: string;
}

function flags(profile: string, switches: ReadonlyMap<string, string>): string[] {
  const list = [...FLAGS, '--remote-debugging-pipe', '--no-startup-window', `--user-data-dir=${profile}`];
  list.push(...(preview ? ['--test-type'] : ['--headless=new', '--hide-scrollbars']));
  for (const [name, value] of switches) {
    // The app's own userData folder is not Chromium's; Playwright asks for --no-sandbox always, root alone needs it.
    if (name !== 'user-data-dir' && name !== 'no-sandbox') list.push(value === '' ? `--${name}` : `--${name}=${value}`);
  }
  if (process.getuid?.() === 0) list.push('--no-sandbox');
  return list;
}

/**
 * @param switches the app's and Playwright's switches, passed on. With
 *   `remote-debugging-port` among them (Playwright's) Chromium opens that port
 *   too, and its line "DevTools listening on ..." is passed on.
 */
export async function launchChromium(switches: ReadonlyMap<string, string>): Promise<Chromium> {
  const command = findChromium();
  if (command === null) throw new Error('stand-in: no Chromium found; install the package chromium, or set WERKBANK_CHROMIUM');
  const profile = makeProfile();
  // Its own process group: Ctrl+C is for the program, which may still have a question to ask. When this
  // process dies, however it dies, the pipe closes, and then Chromium ends by itself.
  const child = spawn(command, flags(profile, switches), { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], detached: true, env: environment() });
  process.on('exit', () => {
    child.kill('SIGKILL');
    removeProfile(profile);
  });
  createInterface({ input: child.stderr as Readable }).on('line', (line) => {
    if (line.startsWith('DevTools listening on ') || process.env['STANDIN_DEBUG'] === '1') process.stderr.write(`${line}\n`);
  });
  const devTools = new DevToolsPipe(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => { reject(new Error(`stand-in: Chromium ended at its start (${code ?? signal})`)); });
  });
  // Under a debugger Chromium now and then lets a blocked window through, with an error page in it: away with whatever a page opened.
  devTools.browser.on('Target.targetCreated', ({ targetInfo }: { targetInfo: { targetId: string; type: string; openerId?: string } }) => {
    if (targetInfo.type === 'page' && targetInfo.openerId !== undefined) void devTools.browser.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => undefined);
  });
  await Promise.race([devTools.browser.send('Target.setDiscoverTargets', { discover: true }), failed]);
  failed.catch(() => undefined);
  return { devTools, process: child, command, profile };
}
