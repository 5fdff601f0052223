import type { VolumeCondition } from '../filesystems/allocation-types.ts';
import type { LayoutRole } from '../layout/index.ts';
import type { CheckId, Fact, VolumeRef } from './types.ts';

/** A disk as people and results name it. Sizes in bytes. */
export interface DiskRef {
  /** `Disk.id` */
  readonly id: string;
  readonly number: number;
  readonly path: string;
  readonly model: string;
  readonly serial: string;
  readonly size: number;
  readonly sectorSize: number;
  /** As `Disk.bus`. */
  readonly bus: string;
}

export interface PowerSupply {
  readonly name: string;
  readonly kind: 'mains' | 'battery' | 'ups';
  /** Gives power to the machine now. Null where it cannot be told. */
  readonly online: boolean | null;
  /** Percent. */
  readonly charge: number | null;
  readonly state: 'charging' | 'discharging' | 'full' | 'unknown';
  readonly minutesLeft: number | null;
}

export interface Fragmentation {
  readonly files: number;
  readonly fragmentedFiles: number;
  /** Pieces that all files together have. */
  readonly fragments: number;
  /** What part of the volume's files was looked at: 1 for all of them. */
  readonly share: number;
}

/** What a read-only scan by the system's own tool said. */
export interface FileSystemScan {
  readonly clean: boolean;
  /** The first lines it said about what is wrong. */
  readonly lines: readonly string[];
}

/** Of SMART and NVMe only what predicts failure. Null where the disk does not say. */
export interface SmartHealth {
  /** The disk's own judgement. */
  readonly passed: boolean | null;
  readonly rotational: boolean | null;
  readonly temperature: number | null;
  readonly powerOnHours: number | null;
  /** ATA attributes 5, 187, 188, 197, 198, as counts. */
  readonly reallocated: number | null;
  readonly reportedUncorrectable: number | null;
  readonly commandTimeouts: number | null;
  readonly pending: number | null;
  readonly offlineUncorrectable: number | null;
  /** NVMe: bits of the health log's critical warning. */
  readonly criticalWarning: number | null;
  /** Percent of its life used, may pass 100; of an SSD. */
  readonly percentageUsed: number | null;
  readonly mediaErrors: number | null;
  /** Percent of spare blocks left, and below which the maker calls it too few. */
  readonly availableSpare: number | null;
  readonly spareThreshold: number | null;
}

/** A read of the whole disk. Bytes. */
export interface SurfaceScan {
  readonly read: number;
  readonly unreadable: readonly { readonly offset: number; readonly length: number }[];
  readonly unreadableBytes: number;
  /** Places that were read, but took longer than a second. */
  readonly slow: number;
}

export interface PendingProbe {
  /** The finding's code. */
  readonly probe: 'reboot' | 'updates' | 'installer' | 'file-renames' | 'computer-name' | 'domain-join';
  /** What was found; empty for nothing. */
  readonly found: Fact<readonly string[]>;
}

export interface DiskActivity {
  /** How long was looked. */
  readonly seconds: number;
  /** Percent of that time in which the disk was at work. Null where the system does not count it. */
  readonly busy: number | null;
  readonly bytesPerSecond: number;
}

/** Bytes. */
export interface MemoryFacts {
  readonly total: number;
  readonly available: number;
}

export interface ExternalDevice {
  readonly name: string;
  readonly kind: 'storage' | 'printer' | 'network' | 'camera' | 'phone' | 'hub' | 'input' | 'audio' | 'other';
  /** `Disk.id` of one that has a part in the job. */
  readonly diskId: string | null;
}

export interface ImageNameFacts {
  /** Without extension. */
  readonly name: string;
  /** What the template makes of it. */
  readonly suggested: string;
  /** Why it cannot be a name, in words; empty when it can. */
  readonly invalid: string;
  readonly meaningless: boolean;
  /** Paths of images of the library with the same name. */
  readonly taken: readonly string[];
  /** The image it builds on; null for a whole image. */
  readonly parent: ParentNameFacts | null;
}

export interface ParentNameFacts {
  /** File names: what it is called, and what it was when it was made. Empty where its manifest does not say. */
  readonly now: string;
  readonly before: string;
  /** The new image would take its very place. */
  readonly overwritten: boolean;
  /** Other paths in the library at which the same image lies. */
  readonly copies: readonly string[];
}

export interface Encryption {
  readonly kind: 'none' | 'bitlocker' | 'luks' | 'filevault';
  /** `suspended`: still encrypted, but its key lies open on the disk. `encrypted` when no more is known. */
  readonly state: 'off' | 'encrypting' | 'decrypting' | 'paused' | 'suspended' | 'encrypted';
  /** Percent encrypted, null where it cannot be told. */
  readonly percent: number | null;
  /** Reading through the system gives plain text: it is unlocked. */
  readonly unlocked: boolean;
  /** Where what is in it can be read, where that is a device of its own (LUKS). */
  readonly mapper?: string;
}

export interface SysprepState {
  /** As Windows itself writes it: `IMAGE_STATE_COMPLETE`, `IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE`, ...; empty when it says nothing. */
  readonly imageState: string;
  /** The next start goes to the first-run screens. */
  readonly oobe: boolean;
  readonly computerName: string;
  readonly product: string;
  /** Logs lie beside the hive whose changes are not yet in it. */
  readonly dirty: boolean;
  /** Changes that were read out of its registry's logs. */
  readonly replayed: number;
}

export interface ChosenPartition {
  readonly number: number;
  readonly name: string;
  readonly role: LayoutRole;
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly length: number;
  /** Null when it cannot be told. */
  readonly usedBytes: number | null;
  readonly active: boolean;
  /** `windows`, `linux`, ... for one that an operating system starts from; empty otherwise. */
  readonly os: string;
  readonly chosen: boolean;
}

/** What is read: a disk and what of it is chosen. */
export interface Selection {
  readonly disk: DiskRef;
  readonly table: 'gpt' | 'mbr' | 'none' | 'corrupt' | 'unreadable';
  readonly partitions: readonly ChosenPartition[];
}

/** What is put back from an image, which is no disk yet. */
export type ImagedSelection = Omit<Selection, 'disk'> & { readonly disk: null };

export interface DestinationFacts {
  readonly folder: string;
  /** There is a folder by that name. Nobody makes one: a drive that is not attached would be taken for a folder of the system's own disk. */
  readonly exists: boolean;
  /** Bytes. */
  readonly free: Fact<number>;
  readonly fileSystem: Fact<{ readonly kind: string; readonly maxFileBytes: number | null; readonly network: boolean }>;
  readonly writable: Fact<boolean>;
  /** Bytes a second, of a short write. */
  readonly speed: Fact<number>;
  /** `Disk.id`s. */
  readonly onDisks: Fact<readonly string[]>;
}

/** What is put onto a target. Bytes. */
export interface WantedLayout {
  /** The last byte that has to fit. */
  readonly end: number;
  readonly usedBytes: number;
  /** Null when the image does not tell. */
  readonly sectorSize: number | null;
  readonly table: 'gpt' | 'mbr' | 'none';
}

export interface TargetFacts {
  readonly disk: DiskRef;
  readonly readOnly: boolean;
  readonly partitions: number;
  readonly systemDisk: boolean;
  readonly health: Fact<SmartHealth>;
  /** It is still there, and answers. */
  readonly answers: Fact<true>;
  /** Another disk of the machine with the same model and size. */
  readonly twins: number;
}

export interface PortHolder {
  /** `udp`; the process's name, empty when it may not be asked. */
  readonly process: string;
  readonly pid: number | null;
  readonly address: string;
}

export interface DhcpServer {
  readonly address: string;
  /** The interface that heard it. */
  readonly via: string;
  /** It tells machines what to start from the network as well. */
  readonly boots: boolean;
}

/** Something about each volume of the disks that are read. */
interface OfVolumes<T> {
  readonly volumes: readonly ({ readonly volume: VolumeRef } & T)[];
  /** Disks that are to be read and whose partitions could not be looked at. */
  readonly unreadable: readonly DiskRef[];
}
interface OfDisk {
  readonly disk: DiskRef;
}

/** What each check has to know. */
export interface CheckFacts {
  'power': { readonly supplies: Fact<readonly PowerSupply[]> };
  /** Milliseconds since 1970. */
  'clock': { readonly now: number; readonly built: number; readonly synchronised: Fact<boolean> };
  'firmware': { readonly firmware: Fact<'uefi' | 'bios'>; readonly secureBoot: Fact<boolean> };
  'memory': { readonly memory: Fact<MemoryFacts> };
  /** The running system (`volume` null) where it is read, and every Windows that lies still on a disk that is. */
  'updates': { readonly systems: readonly { readonly volume: VolumeRef | null; readonly probes: readonly PendingProbe[] }[] };
  'external-devices': { readonly devices: Fact<readonly ExternalDevice[]> };
  'hidden-disks': { readonly internalDisks: number; readonly controllers: Fact<readonly string[]> };
  'smart': { readonly disks: readonly (OfDisk & { readonly health: Fact<SmartHealth> })[] };
  'activity': { readonly disks: readonly (OfDisk & { readonly activity: Fact<DiskActivity> })[] };
  'file-system': OfVolumes<{ readonly conditions: Fact<readonly VolumeCondition[]> }>;
  'encryption': OfVolumes<{ readonly encryption: Fact<Encryption> }> & { readonly byPolicy: Fact<boolean> };
  'hibernation': OfVolumes<{ readonly asleep: Fact<boolean>; readonly fastStartup: Fact<boolean> }>;
  /** `imaged`: of the image that is put back, null when none is. */
  'os-partitions': { readonly selections: readonly Selection[]; readonly imaged: Fact<ImagedSelection> | null };
  'free-space': OfVolumes<{ readonly space: Fact<{ readonly used: number; readonly leftOut: number }> }>;
  'fragmentation': OfVolumes<{ readonly rotational: Fact<boolean>; readonly fragmentation: Fact<Fragmentation> }>;
  'sysprep': OfVolumes<{ readonly state: Fact<SysprepState> }>;
  'shrinking': { readonly selections: readonly Selection[] };
  /** Null when no name is chosen yet. */
  'image-name': { readonly name: Fact<ImageNameFacts> | null };
  'destination': { readonly destination: DestinationFacts | null };
  'target': { readonly targets: readonly TargetFacts[] };
  'ports': { readonly ports: readonly { readonly port: number; readonly holder: Fact<PortHolder | null> }[] };
  'dhcp': { readonly servers: Fact<readonly DhcpServer[]> };
  'file-system-scan': OfVolumes<{ readonly scan: Fact<FileSystemScan> }>;
  'surface': { readonly disks: readonly (OfDisk & { readonly scan: Fact<SurfaceScan> })[] };
}

/** What a verdict depends on besides the facts. */
export interface CheckContext {
  readonly system: 'linux' | 'windows' | 'macos';
  /** Of the job that is planned, as far as it is known. */
  readonly estimate: { readonly seconds: number | null; readonly imageBytes: number | null };
  /** The image is meant for other machines than the one it is taken from. */
  readonly manyMachines: boolean;
  /** The job is for a disk, and which one is not known yet. */
  readonly undecided: boolean;
  /** Disks that the job reads, by `Disk.id`. */
  readonly sources: readonly string[];
  readonly wanted: WantedLayout | null;
  /** Bytes of each piece of a split image, 0 for one file, null where it cannot be split. */
  readonly partBytes: number | null;
}

export type FactsOf<C extends CheckId> = CheckFacts[C];
