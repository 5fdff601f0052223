import type { BlockDevice, BlockSource } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity, Machine } from '../contract/index.ts';
import type { FactGatherer } from './facts/types.ts';
import type { GrowthControl } from './growth-types.ts';
import type { PracticeRequest } from './practice.ts';
import type { RemedyControl } from './remedies/types.ts';
import type { ImageServicing } from './servicing.ts';
import type { SourceControl } from './source-types.ts';
import type { VolumeControl } from './volume-types.ts';

/**
 * Everything of this computer that a job needs, one implementation a system
 * (linux/, windows/, macos/). Jobs and screens know only this interface.
 */
export interface Host {
  readonly disks: DiskWatcher;
  readonly targets: TargetControl;
  readonly elevation: Elevation;
  readonly practice: PracticeDisks;
  readonly sources: SourceControl;
  readonly growth: GrowthControl;
  readonly volumes: VolumeControl;
  readonly servicing: ImageServicing;
  readonly hardware: Hardware;
  readonly facts: FactGatherer;
  readonly remedies: RemedyControl;
  readonly power: PowerControl;
  /** What this computer says it is; null when it says nothing. Found out once. */
  machine(): Promise<Machine | null>;
}

/** What is built into this machine and needs a driver. */
export interface Hardware {
  /** Network and storage controllers; empty where the system does not tell (macOS). @throws EngineError `tool-missing`, `tool-failed` */
  devices(): Promise<readonly HardwareDevice[]>;
}

export interface HardwareDevice {
  readonly name: string;
  readonly kind: 'network' | 'storage' | 'unknown';
  /** As Windows writes them, the most telling one first. */
  readonly ids: readonly string[];
}

/** A disk as its plug shows it. */
export type DeviceSeen = Pick<Disk, 'id' | 'path' | 'model' | 'serial' | 'size'>;

export interface DiskWatcher {
  /** All disks, classified, with practice disks last. @throws EngineError `disk-list-failed` */
  list(): Promise<readonly Disk[]>;
  /** Calls `listener` with the whole list whenever it changed, within two seconds. Returns the way to stop. */
  watch(listener: (disks: readonly Disk[]) => void): () => void;
  /** The same of the real disks, by what tells one from another: nobody looks at what is on them. */
  watchDevices(listener: (devices: readonly DeviceSeen[]) => void): () => void;
  /**
   * The disk meant by a number of the list, a device path or a link to one, or `file:PATH` (anywhere, not only in the practice folder).
   * @throws EngineError `disk-not-found`, `disk-ambiguous`
   */
  find(spec: string): Promise<Disk>;
  /** Who a disk is right now, read afresh from the device. @throws EngineError `disk-not-found` */
  identify(diskId: string): Promise<DiskIdentity>;
  /** The disks a file lies on, by `Disk.id`; empty for a network drive. `below`: those that are mounted inside of a folder as well. */
  holding(path: string, options?: { readonly below?: boolean }): Promise<readonly string[]>;
}

export interface TargetControl {
  /** Opening would fail for want of rights. */
  needsRights(disk: DiskIdentity): Promise<boolean>;
  /** Unmounts what is mounted; on Windows takes the volumes offline. Destroys nothing. What the running system stands on stays mounted. */
  release(disk: DiskIdentity, signal: AbortSignal): Promise<void>;
  /**
   * Opens a disk for writing, alone, past the page cache where the system can.
   * On Windows the old partition table goes here, because nothing else lets raw writes through.
   * The disk is judged afresh in this moment: one that may not be written is refused here, whoever asks.
   * @throws EngineError `disk-not-found`, `disk-is-system`, `disk-hidden`, `rights-needed`, `target-in-use`, `target-read-only`, `target-gone`
   */
  openTarget(disk: DiskIdentity, options: TargetOptions): Promise<BlockDevice>;
  /** Opens a disk for reading, past the page cache where the system can. */
  openSource(disk: DiskIdentity): Promise<BlockSource>;
  /** Lets the system reread the partition table. */
  reread(disk: DiskIdentity): Promise<void>;
  /** Makes it safe to unplug; false when this kind of disk cannot be ejected. */
  eject(disk: DiskIdentity): Promise<boolean>;
}

interface TargetOptions {
  /** Try to make the disk read as zeros first, where that is quick; `readsZero` of the device says whether it worked. */
  readonly wantZeros: boolean;
  /** Set only by the flag that spells out that the running system may be destroyed: it is then opened although it is in use. */
  readonly allowSystemDisk?: boolean;
}

export interface Elevation {
  isElevated(): boolean;
  /**
   * Starts a program with administrator rights. It gets `--socket` and `--token-file` after `args`, connects to the
   * socket, says first what the token file holds, and removes that file: once it is gone, this call is done.
   * The token itself never stands on a command line, which everybody on the computer can read.
   * @throws EngineError `elevation-refused`, `elevation-unavailable`
   */
  start(command: ElevatedCommand): Promise<void>;
}

export interface ElevatedCommand {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** From `createRendezvous`. */
  readonly socketPath: string;
  readonly tokenPath: string;
}

export interface PowerControl {
  /**
   * Tells whether the computer runs on mains (true) or on its battery (false): once when that is known, then at every change, within seconds.
   * Silent where it cannot be told, or where there is no battery. Returns the way to stop.
   */
  watchMains(listener: (onMains: boolean) => void): () => void;
  /** Keeps the computer from falling asleep, on Linux also from being shut down unasked, until the returned function is called or this process ends. Does nothing where the system knows no way. */
  keepAwake(): () => void;
}

/** Files that appear as disks, kept in a folder of the user's choice. */
export interface PracticeDisks {
  /** @throws EngineError `argument-invalid`, `destination-exists`, `destination-full`, `destination-unwritable` */
  create(request: PracticeRequest): Promise<Disk>;
  /** Removes a file of the practice folder, nothing else. @throws EngineError `disk-not-found`, `target-in-use` */
  remove(diskId: string): Promise<void>;
}
