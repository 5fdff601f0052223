import type { Host } from './host.ts';
import { createLinuxHost } from './linux/index.ts';
import { createMacHost } from './macos/index.ts';
import { createWindowsHost } from './windows/index.ts';

export type * from './facts/types.ts';
export type * from './growth-types.ts';
export type * from './host.ts';
export type * from './remedies/types.ts';
export type * from './source-types.ts';
export { withImageOn } from './classify.ts';
export { asInvokingUser, programData } from './program-data.ts';
export { createRendezvous } from './rendezvous.ts';
export { namesDisk } from './resolve-disk.ts';
export { resourcePath } from './resources.ts';

export interface HostOptions {
  /** Where practice disks are kept, or null for none; a function when the user may change it while the program runs. */
  readonly practiceFolder: string | null | (() => string | null);
}

/** This computer, as far as jobs need it. */
export function createHost(options: HostOptions): Host {
  const { practiceFolder } = options;
  const folder = typeof practiceFolder === 'function' ? practiceFolder : () => practiceFolder;
  if (process.platform === 'win32') return createWindowsHost(folder);
  if (process.platform === 'darwin') return createMacHost(folder);
  return createLinuxHost(folder);
}
