import type { Host } from '../host/host.ts';

/** What every job of this program is made with. */
export interface JobEnvironment {
  readonly host: Host;
  /** The program's version, for reports. */
  readonly version: string;
  /** Where a packed image inside a packed image is unpacked on the way. */
  readonly tempDir: string;
  /** Bytes: another largest file and size of a part than FAT32 has and Setup takes, so that tests need no gigabytes. */
  readonly fat32?: { readonly largestFile: number; readonly partBytes: number } | undefined;
}
