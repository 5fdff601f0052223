import type { AnswerFileOptions } from './options.ts';

/** Versions of Windows that differ in what they make of an answer file; servers by the client that they share their Setup with. */
export const WINDOWS_VERSIONS = ['7', '8.1', '10', '11', 'server-2016', 'server-2025'] as const;
export type WindowsVersion = (typeof WINDOWS_VERSIONS)[number];

export type OptionName = Exclude<keyof AnswerFileOptions, 'architectures'>;

export interface OptionSupport {
  /** Versions that do what the option says; others pass over it without a word. */
  readonly honouredBy: readonly WindowsVersion[];
  /** A caveat, by its key in answer-file.json under `note`; null when there is none. */
  readonly note: string | null;
  /** What this is taken from: a page of Microsoft's documentation, or common knowledge where there is none. */
  readonly source: string;
}

const ALL = WINDOWS_VERSIONS;
const SINCE_8: readonly WindowsVersion[] = ['8.1', '10', '11', 'server-2016', 'server-2025'];
const SINCE_10: readonly WindowsVersion[] = ['10', '11', 'server-2016', 'server-2025'];
const REFERENCE = 'Unattended Windows Setup Reference';

/** Which versions of Windows honour which option. */
export const OPTION_SUPPORT: Readonly<Record<OptionName, OptionSupport>> = {
  // PowerShell 2 of Windows 7 knows neither Get-CimInstance nor Rename-Computer; fixed names work there too.
  computerName: { honouredBy: ALL, note: 'computerName', source: `${REFERENCE}: Microsoft-Windows-Shell-Setup, ComputerName` },
  account: { honouredBy: ALL, note: 'account', source: `${REFERENCE}: Microsoft-Windows-Shell-Setup, UserAccounts` },
  language: { honouredBy: ALL, note: 'language', source: `${REFERENCE}: Microsoft-Windows-International-Core-WinPE, UILanguage` },
  region: { honouredBy: ALL, note: null, source: `${REFERENCE}: Microsoft-Windows-International-Core, UserLocale` },
  keyboard: { honouredBy: ALL, note: null, source: `${REFERENCE}: Microsoft-Windows-International-Core, InputLocale` },
  timeZone: { honouredBy: ALL, note: null, source: `${REFERENCE}: Microsoft-Windows-Shell-Setup, TimeZone` },
  productKey: { honouredBy: ALL, note: 'productKey', source: `${REFERENCE}: Microsoft-Windows-Setup, ProductKey` },
  edition: { honouredBy: ALL, note: 'edition', source: `${REFERENCE}: Microsoft-Windows-Setup, InstallFrom MetaData` },
  skipAccountScreens: { honouredBy: SINCE_8, note: 'skipAccountScreens', source: `${REFERENCE}: Microsoft-Windows-Shell-Setup, HideOnlineAccountScreens` },
  skipNetworkScreen: { honouredBy: SINCE_8, note: 'skipNetworkScreen', source: `${REFERENCE}: HideWirelessSetupInOOBE; BypassNRO is not documented by Microsoft` },
  bypassHardwareChecks: { honouredBy: ['11', 'server-2025'], note: 'bypassHardwareChecks', source: 'LabConfig is not documented by Microsoft' },
  noDataCollection: { honouredBy: SINCE_10, note: 'noDataCollection', source: `${REFERENCE}: ProtectYourPC; Configure Windows diagnostic data (AllowTelemetry); Policy CSP Privacy (DisablePrivacyExperience)` },
  preventDeviceEncryption: { honouredBy: SINCE_8, note: null, source: 'BitLocker device encryption (PreventDeviceEncryption)' },
  join: { honouredBy: ALL, note: 'join', source: `${REFERENCE}: Microsoft-Windows-UnattendedJoin, Identification` },
  disk: { honouredBy: ALL, note: 'disk', source: 'UEFI/GPT- and BIOS/MBR-based hard drive partitions; Boot to UEFI mode or legacy BIOS mode (PEFirmwareType)' },
  firstLogonCommands: { honouredBy: ALL, note: 'firstLogonCommands', source: `${REFERENCE}: Microsoft-Windows-Shell-Setup, FirstLogonCommands` },
  updatePolicy: { honouredBy: SINCE_10, note: 'updatePolicy', source: 'Configure Windows Update for Business (registry values)' },
};
