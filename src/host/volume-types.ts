import type { DiskIdentity } from '../contract/index.ts';

export interface VolumeOptions {
  /** Else nothing on it is changed, its own time stamps included. */
  readonly write: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The files on a disk, for a moment. */
export interface VolumeControl {
  /**
   * Shows the files of a disk's FAT32 volume in a folder while `use` runs. A volume that is mounted is used where it is mounted and
   * stays so; another one is mounted in a folder that nobody else may enter, and unmounted afterwards, whatever happened. What was
   * written is on the disk when this returns.
   * @throws EngineError `medium-unknown` for a disk with no FAT32 volume or several; `volume-not-mounted` where this system mounts
   *   nothing for us; `rights-needed`, `tool-missing`, `tool-failed`; `disk-is-system`, `disk-hidden`, `disk-silent`, `target-read-only`; what `use` throws
   */
  withFiles<T>(disk: Pick<DiskIdentity, 'id'>, options: VolumeOptions, use: (folder: string) => Promise<T>): Promise<T>;
}
