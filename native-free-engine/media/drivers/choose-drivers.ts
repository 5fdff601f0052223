import { compareDriverVersions } from './driver-version.ts';
import { preferred } from './compare-packages.ts';
import type { DeviceIds } from './hardware-ids.ts';
import type { DriverKind } from './inf.ts';
import type { DriverArchitecture, DriverDevice } from './inf-models.ts';
import type { DriverPackage } from './package.ts';

export interface DriverWish {
  readonly architecture: DriverArchitecture;
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

const suits = ({ target }: DriverDevice, { architecture, build }: DriverWish): boolean =>
  target.architecture === architecture && (build === null || target.build <= build);
