import type { LayoutRole } from '../layout/index.ts';

/** One check each, in the order in which they are shown; texts under the same key of `preflight.json`. */
export const CHECK_IDS = [
  // the machine
  'power', 'clock', 'firmware', 'memory', 'updates', 'external-devices', 'hidden-disks',
  // the disk that is read
  'smart', 'activity', 'file-system', 'encryption', 'hibernation', 'os-partitions', 'free-space', 'fragmentation', 'sysprep', 'shrinking',
  // where it goes
  'image-name', 'destination', 'target',
  // the network
  'ports',
  // those that take long, or put questions to a network: only when asked for
  'dhcp', 'file-system-scan', 'surface',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];

/** What a machine is made ready for. */
export const CHECKED_JOBS = ['capture', 'restore', 'write', 'deploy', 'media', 'read', 'format'] as const;

export type CheckedJob = (typeof CHECKED_JOBS)[number];

/** From good to bad; `unknown` is what could not be found out, never a silent pass. */
export const CHECK_VERDICTS = ['fine', 'advice', 'unknown', 'warning', 'stop'] as const;

export type CheckVerdict = (typeof CHECK_VERDICTS)[number];

/**
 * Why a fact is missing: the program for it is not installed; it is there but may not (rights, or PowerShell held to its
 * constrained language); no answer in time; it is encrypted; it lies in a RAID or in logical volumes, of which one partition shows nothing; this system has no such thing; the answer was an error or made no sense.
 */
export type MissingReason = 'no-tool' | 'no-rights' | 'timed-out' | 'locked' | 'inside' | 'unsupported' | 'failed';

/** Something found out about this computer, with the command or file it came from; or why it could not be. */
export type Fact<T> =
  | { readonly known: true; readonly value: T; readonly from: string }
  | { readonly known: false; readonly reason: MissingReason; readonly from: string; readonly detail: string };

export const known = <T>(value: T, from: string): Fact<T> => ({ known: true, value, from });
export const missing = (reason: MissingReason, from: string, detail = ''): Fact<never> => ({ known: false, reason, from, detail });

/** What a check is about. */
export interface CheckSubject {
  readonly kind: 'machine' | 'disk' | 'partition' | 'destination' | 'port';
  /** Empty for the machine; `Disk.id`; `Disk.id#number`; a path; a number. Stays the same from run to run. */
  readonly id: string;
  /** As people know it, in no language: `Samsung SSD 980`, `C: Windows`. Empty for the machine. */
  readonly name: string;
}

export type TextParams = Readonly<Record<string, string | number>>;

/**
 * A text by its code: findings and evidence by `checkTextKey` of the contract; `preflight:remedy.<code>`,
 * `preflight:step.<code>` and `preflight:way.<code>`, which several checks share.
 */
export interface Said {
  readonly code: string;
  readonly params: TextParams;
}

export interface Evidence extends Said {
  /** The command or file it came from. */
  readonly from: string;
}

/** A partition as remedies and their commands need it. */
export interface VolumeRef {
  /** `Disk.id` and number of the partition. */
  readonly diskId: string;
  readonly number: number;
  /** What the system's tools call it: `/dev/sda2`, `C:`; empty when they have no name for it. */
  readonly device: string;
  /** `ntfs`, `ext4`, ...; `unknown`. */
  readonly kind: string;
  readonly label: string;
  readonly role: LayoutRole;
  readonly mountPoints: readonly string[];
  /** Bytes. */
  readonly size: number;
}

/** What a button does. The first group are commands of the system (src/host/remedies), the second choices in the wizard. */
export type RemedyAction =
  | { readonly id: 'repair-file-system' | 'defragment' | 'trim' | 'decrypt'; readonly volume: VolumeRef }
  | { readonly id: 'hibernation-off' | 'wait-until-quiet' }
  | { readonly id: 'take-partitions' | 'leave-out-partitions'; readonly numbers: readonly number[] }
  | { readonly id: 'rename'; readonly name: string }
  | { readonly id: 'split'; readonly bytes: number }
  | { readonly id: 'memory-level'; readonly level: 'low' | 'medium' | 'high' }
  | { readonly id: 'scan'; readonly check: 'file-system-scan' | 'surface' };

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

/** One way of several to do something by hand: `window`, `command-prompt`, `powershell`, `terminal`. */
export interface RemedyWay {
  /** `preflight:way.<code>` */
  readonly code: 'window' | 'command-prompt' | 'powershell' | 'terminal' | 'by-hand';
  readonly steps: readonly Said[];
}

/** How to put something right. */
export interface Remedy extends Said {
  /** What a button can do; null when only hands can. */
  readonly action: RemedyAction | null;
  /** What the button runs, filled in by the host; empty for choices. */
  readonly commands: readonly CommandLine[];
  readonly ways: readonly RemedyWay[];
}

/** What one check says about one subject. */
export interface CheckResult {
  readonly check: CheckId;
  readonly subject: CheckSubject;
  readonly verdict: CheckVerdict;
  readonly finding: Said;
  readonly evidence: readonly Evidence[];
  /** The best first. */
  readonly remedies: readonly Remedy[];
  /** May be accepted by name. True for everything but most stops. */
  readonly overridable: boolean;
}

/** The name by which a warning is accepted, the same in window, terminal and report: `power:on-battery`, `smart:failing:/dev/sda`. */
export const acceptanceName = ({ check, finding, subject }: Pick<CheckResult, 'check' | 'finding' | 'subject'>): string =>
  [check, finding.code, ...(subject.id === '' ? [] : [subject.id])].join(':');
