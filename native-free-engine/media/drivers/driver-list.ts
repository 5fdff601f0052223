import { EngineError } from '../../base/errors.ts';
import { compareDriverVersions } from './driver-version.ts';
import type { DriverKind } from './inf.ts';
import { familyOf, type DriverPackage } from './package.ts';

/** Where Setup looks for drivers on its medium, and our WinPE as well. */
export const DRIVER_FOLDER = '$WinPEDriver$';
/** The list of what is in it. */
export const DRIVER_LIST = `${DRIVER_FOLDER}/werkbank-drivers.json`;

/** A driver package on a medium. */
export interface ListedDriver {
  /** Its folder in {@link DRIVER_FOLDER}, `network/e2f-1a2b3c4d`. */
  readonly folder: string;
  readonly infName: string;
  readonly provider: string;
  readonly classGuid: string;
  readonly kind: DriverKind;
  readonly date: string;
  readonly version: string;
  readonly architectures: readonly string[];
  /** SHA-256 of the INF. */
  readonly sha256: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DRIVERS = 5000;
/** Characters of the hash at the end of a folder's name. */
const HASH = 8;
const FOLDER = /^(?:network|storage|extension|other)\/[a-z0-9_-]{1,40}-[0-9a-f]{8}$/;

/** Named after what it is and by its contents, so that two versions of a driver can lie beside each other for a moment. */
export function listedDriver({ infName, provider, classGuid, kind, date, version, architectures, sha256 }: DriverPackage): ListedDriver {
  const stem = infName.replace(/\.inf$/i, '').toLowerCase().replace(/[^a-z0-9_-]/g, '-').slice(0, 40) || 'driver';
  return { folder: `${kind}/${stem}-${sha256.slice(0, 8)}`, infName, provider, classGuid, kind, date, version, architectures, sha256 };
}

/** Whether a folder is named as one of this driver, of any version. */
export const isVersionOf = (folder: string, driver: ListedDriver): boolean => FOLDER.test(folder) && folder.slice(0, -HASH) === driver.folder.slice(0, -HASH);

export function formatDriverList(drivers: readonly ListedDriver[]): string {
  return `${JSON.stringify({ format: 'werkbank-drivers', version: 1, drivers }, null, 2)}\n`;
}

/** The list of a medium, which anybody may have written in. @throws EngineError `driver-list-invalid` */
export function parseDriverList(text: string, path: string): ListedDriver[] {
  const invalid = (reason: string, cause?: unknown): EngineError => new EngineError('driver-list-invalid', { path, reason }, { cause });
  if (text.length > MAX_BYTES) throw invalid('too-large');
  let value: { format?: unknown; version?: unknown; drivers?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch (error) {
    throw invalid('not-json', error);
  }
  if (value?.format !== 'werkbank-drivers' || value.version !== 1 || !Array.isArray(value.drivers) || value.drivers.length > MAX_DRIVERS) throw invalid('another-format');
  return value.drivers.map((each: Partial<Record<keyof ListedDriver, unknown>> | null) => {
    const text = (key: keyof ListedDriver): string => {
      const found = each?.[key];
      if (typeof found !== 'string' || found.length > 1000) throw invalid(key);
      return found;
    };
    const folder = text('folder');
    // The folder is deleted one day: it must be one of ours.
    if (!FOLDER.test(folder)) throw invalid('folder');
    const architectures = each?.architectures;
    if (!Array.isArray(architectures) || !architectures.every((name) => typeof name === 'string')) throw invalid('architectures');
    return {
      folder, infName: text('infName'), provider: text('provider'), classGuid: text('classGuid'), kind: folder.slice(0, folder.indexOf('/')) as DriverKind,
      date: text('date'), version: text('version'), architectures: architectures, sha256: text('sha256'),
    };
  });
}

export type DriverChange =
  | { readonly kind: 'kept'; readonly driver: ListedDriver }
  | { readonly kind: 'added'; readonly driver: ListedDriver }
  /** A newer version takes the place of one on the medium. */
  | { readonly kind: 'newer'; readonly driver: ListedDriver; readonly than: ListedDriver }
  /** On the medium is a newer one: it stays. */
  | { readonly kind: 'older'; readonly driver: ListedDriver; readonly than: ListedDriver };

/** What becomes of the drivers of a medium when these are put on it. What is there and has no newer version stays. */
export function compareWithMedium(there: readonly ListedDriver[], packages: readonly DriverPackage[]): DriverChange[] {
  return packages.map((each) => {
    const driver = listedDriver(each);
    const same = there.find(({ folder }) => folder === driver.folder);
    if (same) return { kind: 'kept', driver: same };
    const family = there.filter((other) => familyOf(other) === familyOf(driver) && other.architectures.some((name) => (driver.architectures).includes(name)));
    const newest = family.sort(compareDriverVersions).at(-1);
    if (!newest) return { kind: 'added', driver };
    return compareDriverVersions(driver, newest) > 0 ? { kind: 'newer', driver, than: newest } : { kind: 'older', driver, than: newest };
  });
}

/** What is on a medium and in none of the changes: it stays as it is. */
export function beyondChanges(there: readonly ListedDriver[], changes: readonly DriverChange[]): ListedDriver[] {
  const named = new Set(changes.map((change) => ('than' in change ? change.than : change.driver).folder));
  return there.filter(({ folder }) => !named.has(folder));
}

/** The list of a medium after these changes. */
export function changedList(there: readonly ListedDriver[], changes: readonly DriverChange[]): ListedDriver[] {
  const replaced = changes.flatMap((change) => (change.kind === 'newer' ? [change.than.folder] : []));
  const added = changes.flatMap((change) => (change.kind === 'added' || change.kind === 'newer' ? [change.driver] : []));
  return [...there.filter(({ folder }) => !replaced.includes(folder)), ...added];
}
