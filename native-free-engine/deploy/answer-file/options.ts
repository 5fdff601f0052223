import type { UpdatePolicy } from '../update-policy/update-policy.ts';

export const ARCHITECTURES = ['amd64', 'x86', 'arm64'] as const;
/** `processorArchitecture` of a component, by Microsoft's names. */
export type Architecture = (typeof ARCHITECTURES)[number];

/** What somebody wants of an unattended installation. Null and false leave a thing to Setup. */
export interface AnswerFileOptions {
  /** Setup takes the settings of its own architecture; the others may stand beside them. */
  readonly architectures: readonly Architecture[];
  /** A name, `*` for one that Windows makes up, or a pattern with `%SERIAL%` and `%RAND:n%`; see computer-name.ts. */
  readonly computerName: string | null;
  readonly account: LocalAccount | null;
  /** Of Setup and of Windows, such as `nl-NL`; the medium must hold it. */
  readonly language: string | null;
  /** Formats of dates and numbers, such as `nl-NL`. */
  readonly region: string | null;
  /** A language tag or `LANGID:KLID`, such as `0413:00020409`; several with `;` between them. */
  readonly keyboard: string | null;
  /** By Windows's own name, such as `W. Europe Standard Time`. */
  readonly timeZone: string | null;
  readonly productKey: string | null;
  readonly edition: Edition | null;
  /** No Microsoft account, no licence page, no registration. */
  readonly skipAccountScreens: boolean;
  /** No network needed to get to the desktop. */
  readonly skipNetworkScreen: boolean;
  /** TPM, Secure Boot, memory, processor and storage checks of Windows 11. */
  readonly bypassHardwareChecks: boolean;
  readonly noDataCollection: boolean;
  readonly preventDeviceEncryption: boolean;
  readonly join: Join | null;
  /** Null: Setup asks which disk, and nothing is erased before somebody has answered. */
  readonly disk: DiskChoice | null;
  readonly firstLogonCommands: readonly string[];
  readonly updatePolicy: UpdatePolicy | null;
}

export interface LocalAccount {
  readonly name: string;
  readonly displayName: string;
  /** Stands in the file, readable for whoever holds the medium. */
  readonly password: string;
  readonly administrator: boolean;
  /** Times that Windows logs on by itself, 0 for never. */
  readonly autoLogons: number;
}

/** Which edition of the medium, by its number or its name in install.wim. */
export type Edition = { readonly kind: 'index'; readonly index: number } | { readonly kind: 'name'; readonly name: string };

export type Join =
  | { readonly kind: 'workgroup'; readonly name: string }
  /** The password stands in the file, readable for whoever holds the medium. */
  | { readonly kind: 'domain'; readonly domain: string; readonly user: string; readonly password: string; readonly organizationalUnit: string };

export interface DiskChoice {
  /** `only`: the only internal disk, and none when there are more; a number: that one, as diskpart counts. */
  readonly disk: 'only' | number;
  /** `gpt` starts under UEFI, `mbr` under BIOS. */
  readonly table: 'gpt' | 'mbr';
  /** MiB for a recovery partition at the end, 0 for none. */
  readonly recoveryMiB: number;
}

/** Nothing answered: what a form starts with. */
export const NO_ANSWERS: AnswerFileOptions = {
  architectures: ['amd64'], computerName: null, account: null, language: null, region: null, keyboard: null, timeZone: null, productKey: null, edition: null,
  skipAccountScreens: false, skipNetworkScreen: false, bypassHardwareChecks: false, noDataCollection: false, preventDeviceEncryption: false,
  join: null, disk: null, firstLogonCommands: [], updatePolicy: null,
};
