import type { Host } from '../host/host.ts';

/** What every job of this program is made with. */
export interface JobEnvironment {
  readonly host: Host;
  /** The program's version, for reports. */
  readonly version: string;
  /** Where a packed image inside a packed image is unpacked on the way. */
  readonly tempDir: string;
}
