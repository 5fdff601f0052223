import type {
  CheckContext, DhcpServer, DiskActivity, Encryption, ExternalDevice, Fact, FileSystemScan, Fragmentation, MemoryFacts, PendingProbe, PortHolder, PowerSupply, SmartHealth,
  VolumeRef,
} from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';

/** Facts that only the system can tell, a twin for each. Nothing here throws but AbortError; each has a time-out of its own. */
export interface FactSystem {
  readonly name: CheckContext['system'];
  power(signal: AbortSignal): Promise<Fact<readonly PowerSupply[]>>;
  synchronised(signal: AbortSignal): Promise<Fact<boolean>>;
  firmware(signal: AbortSignal): Promise<{ readonly firmware: Fact<'uefi' | 'bios'>; readonly secureBoot: Fact<boolean> }>;
  memory(signal: AbortSignal): Promise<Fact<MemoryFacts>>;
  /** Of the running system. */
  pending(signal: AbortSignal): Promise<readonly PendingProbe[]>;
  /** @param disks all of the machine, by which a device is known as one of them */
  devices(disks: readonly Pick<Disk, 'id' | 'path'>[], signal: AbortSignal): Promise<Fact<readonly ExternalDevice[]>>;
  /** RAID controllers that may hide disks. */
  controllers(signal: AbortSignal): Promise<Fact<readonly string[]>>;
  health(disk: Disk, signal: AbortSignal): Promise<Fact<SmartHealth>>;
  rotational(disk: Disk, signal: AbortSignal): Promise<Fact<boolean>>;
  activity(disk: Disk, signal: AbortSignal): Promise<Fact<DiskActivity>>;
  /** A disk that does not answer to one small read is left alone by everything that would read more. */
  answers(disk: Disk, signal: AbortSignal): Promise<Fact<true>>;
  /** What the system's tools call a partition; empty when they have no name for it. */
  deviceOf(disk: Disk, partition: Partition): Promise<string>;
  /** By a tool of the system; null where our own reader counts. */
  fragmentation(volume: VolumeRef, signal: AbortSignal): Promise<Fact<Fragmentation>> | null;
  /** As the system sees a volume that it knows; null where only the device tells. */
  encryption(volume: VolumeRef, signal: AbortSignal): Promise<Fact<Encryption>> | null;
  encryptsByPolicy(signal: AbortSignal): Promise<Fact<boolean>>;
  /** Of the running Windows; null elsewhere. */
  runningWindows(signal: AbortSignal): Promise<RunningWindows> | null;
  holder(port: number, signal: AbortSignal): Promise<Fact<PortHolder | null>>;
  /** Whether a path can be looked at: what hangs, as of a share that went away, is left alone by everything that would touch it. */
  reachable(path: string, signal: AbortSignal): Promise<Fact<true>>;
  folder(path: string, signal: AbortSignal): Promise<Fact<{ readonly kind: string; readonly maxFileBytes: number | null; readonly network: boolean }>>;
  scan(volume: VolumeRef, signal: AbortSignal, onShare: (share: number) => void): Promise<Fact<FileSystemScan>>;
  dhcp(signal: AbortSignal): Promise<Fact<readonly DhcpServer[]>>;
}

/** What the registry of the Windows that runs says, which cannot be read as files. */
export interface RunningWindows {
  readonly fastStartup: Fact<boolean>;
  readonly imageState: Fact<string>;
  readonly product: string;
  readonly computerName: string;
  readonly systemDrive: string;
}
