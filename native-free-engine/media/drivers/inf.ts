import { EngineError } from '../../base/errors.ts';
import { parseDriverVersion, type DriverVersion } from './driver-version.ts';
import { infFiles } from './inf-files.ts';
import { infDevices, type DriverArchitecture, type DriverDevice } from './inf-models.ts';
import { infSections } from './inf-sections.ts';
import { infStrings } from './inf-strings.ts';
import { infText } from './inf-text.ts';

/** `network` and `storage` are what a machine needs before it can install anything; `extension` adds to another driver. */
export type DriverKind = 'network' | 'storage' | 'extension' | 'other';

/** What an INF says of its driver package. */
export interface Inf extends DriverVersion {
  readonly provider: string;
  /** By the name that Windows has for it, or its GUID where there is none. */
  readonly className: string;
  readonly classGuid: string;
  readonly kind: DriverKind;
  readonly devices: readonly DriverDevice[];
  readonly architectures: readonly DriverArchitecture[];
  /** Names of the catalogues that carry the signature; empty for an unsigned package. */
  readonly catalogs: readonly string[];
  /** Files of the package besides the INF, relative to its folder. */
  readonly files: readonly string[];
}

const NET = '{4d36e972-e325-11ce-bfc1-08002be10318}';
const STORAGE = new Set(['{4d36e97b-e325-11ce-bfc1-08002be10318}', '{4d36e96a-e325-11ce-bfc1-08002be10318}']);
const EXTENSION = '{e2f84ce7-8efa-411c-aa69-97454ca4cb57}';
const GUIDS: Readonly<Record<string, string>> = {
  net: NET, scsiadapter: '{4d36e97b-e325-11ce-bfc1-08002be10318}', hdc: '{4d36e96a-e325-11ce-bfc1-08002be10318}',
  system: '{4d36e97d-e325-11ce-bfc1-08002be10318}', extension: EXTENSION,
};

/** Mass storage by PCI's own class codes: SCSI, IDE, RAID, ATA, SATA, SAS, NVM (PCI Code and ID Assignment, class 01h). */
const STORAGE_CLASS = /^PCI\\(?:VEN_[0-9A-F]{4}&)?CC_01(?:00|01|04|05|06|07|08)/;
/** Intel's volume management device, a system device behind which every NVMe disk hides (RST, VMD). */
const VMD = /^PCI\\VEN_8086&DEV_(?:201D|28C0|467F|7D0B|9A0B|A77F|AD0B|B06F|B60B|E20B)\b/;

/**
 * Reads an INF.
 * @returns null for an INF that installs no device: autorun.inf, setup files of programs
 * @throws EngineError `inf-too-large`, `inf-invalid`, `inf-strings-loop`
 */
export function parseInf(bytes: Uint8Array, path: string, language: string | null = null): Inf | null {
  const sections = infSections(infText(bytes, path), path);
  const version = new Map((sections.get('version') ?? []).map(({ key, values }) => [key.toLowerCase(), values]));
  const expand = infStrings(sections, path, language);
  const first = (key: string): string => expand(version.get(key)?.[0] ?? '');
  // `$CHICAGO$` has meant the same since Windows 2000.
  if (!/^\$(?:windows nt|windows 95|chicago)\$$/i.test(first('signature'))) return null;
  if (!version.has('class') && !version.has('classguid')) return null;
  const devices = infDevices(sections, expand);
  const classGuid = (first('classguid') || (GUIDS[first('class').toLowerCase()] ?? '')).toLowerCase();
  if (devices.length === 0 && !sections.has('manufacturer')) return null;
  if (devices.length === 0) throw new EngineError('inf-invalid', { path, reason: 'no-device' });
  const catalogs = [...version].filter(([key]) => /^catalogfile(?:\..+)?$/.test(key)).map(([, values]) => expand(values[0] ?? '')).filter((name) => name !== '');
  return {
    ...parseDriverVersion((version.get('driverver') ?? []).map(expand)),
    provider: first('provider'),
    className: first('class') || classGuid,
    classGuid,
    kind: kindOf(classGuid, devices),
    devices,
    architectures: [...new Set(devices.map(({ target }) => target.architecture))],
    catalogs: [...new Set(catalogs)],
    files: infFiles(sections, expand, path),
  };
}

function kindOf(classGuid: string, devices: readonly DriverDevice[]): DriverKind {
  if (classGuid === NET) return 'network';
  if (STORAGE.has(classGuid)) return 'storage';
  if (classGuid === EXTENSION) return 'extension';
  const isStorage = (id: string): boolean => STORAGE_CLASS.test(id) || VMD.test(id);
  if (classGuid === GUIDS['system'] && devices.some(({ hardwareIds, compatibleIds }) => hardwareIds.some(isStorage) || compatibleIds.some(isStorage))) return 'storage';
  return 'other';
}
