import { compareDriverVersions } from './driver-version.ts';
import { preferred } from './compare-packages.ts';
import type { DeviceIds } from './hardware-ids.ts';
import type { DriverKind } from './inf.ts';
import type { DriverArchitecture, DriverDevice, TargetOs } from './inf-models.ts';
import type { DriverPackage } from './package.ts';

export interface DriverWish {
  /** Null: whatever comes. */
  readonly architecture: DriverArchitecture | null;
  /** Build of the Windows that loads them, such as 26100, or null when it is not known: everything then counts. */
  readonly build: number | null;
  readonly kinds: readonly DriverKind[];
  /** The devices of a model; null for whatever may come. */
  readonly devices: readonly DeviceIds[] | null;
}

export interface DriverChoice {
  readonly chosen: readonly DriverPackage[];
  /** Devices for which nothing was found, by their first ID. */
  readonly unmatched: readonly string[];
}

/**
 * The packages for a medium: for each device the one that Windows would take, and no other. For a model, that is the package
 * with the most telling ID; with no model, every ID that a package names is a device. Packages with files missing are left out.
 */
export function chooseDrivers(packages: readonly DriverPackage[], wish: DriverWish): DriverChoice {
  const usable = packages.filter((each) => each.missing.length === 0 && wish.kinds.includes(each.kind)).sort(preferred);
  return wish.devices ? forModel(usable, wish, wish.devices) : forAnything(usable, wish);
}

function forModel(packages: readonly DriverPackage[], wish: DriverWish, devices: readonly DeviceIds[]): DriverChoice {
  const index = packages.map((each) => ranksById(each, wish));
  const chosen = new Set<DriverPackage>();
  const unmatched: string[] = [];
  for (const ids of devices) {
    let best: { readonly at: number; readonly rank: number } | null = null;
    for (const [at, byId] of index.entries()) {
      if (packages[at]?.kind === 'extension') continue;
      for (const [place, id] of ids.entries()) {
        const theirs = byId.get(id);
        if (theirs === undefined) continue;
        // An ID that the package calls a hardware ID beats one that it is merely compatible with (How Windows Ranks Drivers).
        const rank = theirs * 1000 + place;
        if (!best || rank < best.rank) best = { at, rank };
      }
    }
    const winner = best && packages[best.at];
    if (winner) {
      chosen.add(winner);
      // An extension adds to whatever driver the device has.
      for (const [at, byId] of index.entries()) {
        const extension = packages[at];
        if (extension?.kind === 'extension' && ids.some((id) => byId.has(id)) && !covered(extension, chosen)) chosen.add(extension);
      }
    } else if (ids[0] !== undefined) unmatched.push(ids[0]);
  }
  return { chosen: packages.filter((each) => chosen.has(each)), unmatched };
}

/** An extension of which a newer one is chosen already. */
const covered = (extension: DriverPackage, chosen: ReadonlySet<DriverPackage>): boolean =>
  [...chosen].some((each) => each.kind === 'extension' && each.infName.toLowerCase() === extension.infName.toLowerCase() && compareDriverVersions(each, extension) >= 0);

function forAnything(packages: readonly DriverPackage[], wish: DriverWish): DriverChoice {
  const taken = new Set<string>();
  const chosen: DriverPackage[] = [];
  // The ones to prefer come first, so that whoever names an ID first has it.
  for (const each of packages) {
    let wanted = false;
    for (const [id, rank] of ranksById(each, wish)) {
      if (rank > 0) continue;
      const key = each.kind === 'extension' ? `${each.infName.toLowerCase()} ${id}` : id;
      if (!taken.has(key)) wanted = true;
      taken.add(key);
    }
    if (wanted) chosen.push(each);
  }
  return { chosen, unmatched: [] };
}

/** The IDs of a package that count for this Windows: 0 for a hardware ID, 1 for a compatible one. */
function ranksById({ devices }: DriverPackage, wish: DriverWish): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const device of devices) {
    if (!suits(device, wish)) continue;
    for (const id of device.hardwareIds) ranks.set(id, 0);
    for (const id of device.compatibleIds) if (!ranks.has(id)) ranks.set(id, 1);
  }
  return ranks;
}

/** For this Windows, and no better target of the same line is: an empty one is how makers leave a Windows out (INF Manufacturer Section). */
function suits({ target, targets }: DriverDevice, wish: DriverWish): boolean {
  if (!isFor(target, wish)) return false;
  const better = (other: TargetOs): boolean => (other.product === 0 || other.product === target.product) && isFor(other, wish) && compareTargets(other, target) > 0;
  return wish.build === null || !targets.some(better);
}

function isFor(target: TargetOs, { architecture, build }: DriverWish): boolean {
  if (architecture !== null && target.architecture !== architecture) return false;
  return build === null || (target.build <= build && compareTargets({ ...target, build: 0 }, { ...versionOf(build), build: 0 }) <= 0);
}

type OsVersion = Pick<TargetOs, 'major' | 'minor' | 'build'>;

const compareTargets = (a: OsVersion, b: OsVersion): number => a.major - b.major || a.minor - b.minor || a.build - b.build;

/** First builds of each version, its previews included, the newest first. */
const VERSIONS: readonly OsVersion[] = [
  { build: 9841, major: 10, minor: 0 }, { build: 9400, major: 6, minor: 3 }, { build: 7800, major: 6, minor: 2 },
  { build: 7000, major: 6, minor: 1 }, { build: 6000, major: 6, minor: 0 }, { build: 3700, major: 5, minor: 2 },
];

const versionOf = (build: number): OsVersion => VERSIONS.find((version) => build >= version.build) ?? { build, major: 5, minor: 1 };
