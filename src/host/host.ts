import type { BlockDevice, BlockSource } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity } from '../contract/index.ts';

/**
 * Everything of this computer that a job needs, one implementation a system
 * (linux/, windows/, macos/). Jobs and screens know only this interface.
 */
export interface Host {
  readonly disks: DiskWatcher;
  readonly targets: TargetControl;
  readonly elevation: Elevation;
}

export interface DiskWatcher {
  /** All disks, classified, with practice disks last. @throws EngineError `disk-list-failed` */
  list(): Promise<readonly Disk[]>;
  /** Calls `listener` with the whole list whenever it changed, within two seconds. Returns the way to stop. */
  watch(listener: (disks: readonly Disk[]) => void): () => void;
  /** Who a disk is right now, read afresh from the device. @throws EngineError `disk-not-found` */
  identify(diskId: string): Promise<DiskIdentity>;
  /** The disks a file lies on, by `Disk.id`; empty for a network drive. */
  holding(path: string): Promise<readonly string[]>;
}

export interface TargetControl {
  /** Opening would fail for want of rights. */
  needsRights(disk: DiskIdentity): Promise<boolean>;
  /** Unmounts what is mounted and clears the way. Destroys nothing on Linux and macOS; on Windows takes the volumes offline. */
  release(disk: DiskIdentity, signal: AbortSignal): Promise<void>;
  /**
   * Opens a disk for writing, alone, past the page cache where the system can.
   * @throws EngineError `rights-needed`, `target-in-use`, `target-read-only`, `target-gone`
   */
  openTarget(disk: DiskIdentity, options: { wantZeros: boolean }): Promise<BlockDevice>;
  /** Opens a disk for reading, past the page cache where the system can. */
  openSource(disk: DiskIdentity): Promise<BlockSource>;
  /** Lets the system reread the partition table. */
  reread(disk: DiskIdentity): Promise<void>;
  /** Makes it safe to unplug; false when this kind of disk cannot be ejected. */
  eject(disk: DiskIdentity): Promise<boolean>;
}

export interface Elevation {
  isElevated(): boolean;
  /**
   * Starts the engine host with administrator rights; it connects back to `socketPath` and says `token` first.
   * @throws EngineError `elevation-refused`, `elevation-unavailable`
   */
  start(command: { readonly program: string; readonly args: readonly string[]; readonly socketPath: string; readonly token: string }): Promise<void>;
}
