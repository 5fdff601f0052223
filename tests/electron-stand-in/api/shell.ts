/** electron.shell: tests only take note of what would be opened; the preview asks the desktop. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { findOnPath } from '../chromium/find-chromium.ts';
import { preview } from '../chromium/launch.ts';
import { strict } from '../strict.ts';

/** Resolves to an error in words, or an empty string. */
async function open(what: string): Promise<string> {
  if (!preview) throw new Error(`stand-in: electron.shell was asked to open ${what}; stub it in the test (electronApp.evaluate)`);
  const opener = findOnPath('xdg-open');
  if (opener === null) return `xdg-open is not installed: ${what} cannot be opened`;
  const child = spawn(opener, [what], { stdio: 'ignore', detached: true });
  return new Promise((resolve) => {
    child.once('error', (error) => { resolve(error.message); });
    child.once('spawn', () => { resolve(''); });
  });
}

export const shell = strict('electron.shell', {
  async openExternal(url: string): Promise<void> {
    const error = await open(new URL(url).href);
    if (error !== '') throw new Error(error);
  },
  openPath: (path: string): Promise<string> => open(path),
  showItemInFolder(path: string): void {
    void open(dirname(path)).then((error) => { if (error !== '') console.error(error); }, (error: unknown) => { console.error(String(error)); });
  },
});
