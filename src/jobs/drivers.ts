import {
  chooseDrivers, EngineError, packageFiles, scanDrivers, standings, typedIds,
  type DeviceIds, type DriverChange as Change, type DriverPackage, type ListedDriver, type PackageStanding,
} from '../../native-free-engine/index.ts';
import type { DriverChange, DriverChoice, DriverPackageInfo, DriverScan, DriverWish, HardwareDevice } from '../contract/index.ts';
import type { Host } from '../host/host.ts';

/** Folders with driver packages, looked at and chosen from. */
export interface DriverStore {
  scan(folders: readonly string[], signal?: AbortSignal): Promise<DriverScan>;
  /** What a medium would get. @throws EngineError `hardware-id-invalid` and what a scan throws */
  choose(wish: DriverWish, signal?: AbortSignal): Promise<DriverChoice>;
  /** The same, as packages to be copied. @throws EngineError `driver-none` when nothing fits */
  packages(wish: DriverWish, signal?: AbortSignal): Promise<readonly DriverPackage[]>;
  /** The same with what has no driver and what could not be read; none is no error. @throws EngineError as `choose` */
  find(wish: DriverWish, signal?: AbortSignal): Promise<FoundDrivers>;
  /** Registers them in an image of a WIM, all or none; on Windows alone. @throws EngineError as `ImageServicing.register`, `driver-none` */
  register(image: string, index: number, wish: DriverWish, signal?: AbortSignal): Promise<DriverPackageInfo[]>;
  /** The network and storage controllers of this machine. */
  machine(): Promise<HardwareDevice[]>;
}

/** The packages that a medium would get. */
interface FoundDrivers {
  readonly chosen: readonly DriverPackage[];
  /** Devices for which there is none. */
  readonly unmatched: readonly string[];
  readonly unreadable: DriverScan['unreadable'];
}

/** IDs that go over a process border; a package may know thousands. */
const SHOWN_IDS = 100;

export function createDriverStore(host: Host): DriverStore {
  const find = async (wish: DriverWish, signal?: AbortSignal): Promise<FoundDrivers> => {
    const { architecture, build, kinds, machines } = wish;
    const devices: readonly DeviceIds[] | null = machines.kind === 'any' ? null : machines.kind === 'ids' ? machines.ids.map(typedIds) : (await host.hardware.devices()).map(({ ids }) => ids);
    const scan = await scanDrivers(wish.folders, { signal });
    return { unreadable: unreadableOf(scan), ...chooseDrivers(scan.packages, { architecture, build, kinds, devices }) };
  };
  const packages = async (wish: DriverWish, signal?: AbortSignal): Promise<readonly DriverPackage[]> => {
    const { chosen } = await find(wish, signal);
    if (chosen.length === 0) throw new EngineError('driver-none', { folders: wish.folders.join(', ') });
    return chosen;
  };
  return {
    packages,
    find,
    async scan(folders, signal) {
      const scan = await scanDrivers(folders, { signal });
      const { packages, ignored } = scan;
      const standing = standings(packages);
      return {
        folders: [...folders],
        packages: packages.map((each, index) => ({ ...infoOf(each), ...standingOf(standing[index]) })),
        unreadable: unreadableOf(scan),
        ignored: [...ignored],
      };
    },
    async choose(wish, signal) {
      const { chosen, unmatched, unreadable } = await find(wish, signal);
      const files = await Promise.all(chosen.map(packageFiles));
      return {
        chosen: chosen.map(infoOf),
        bytes: files.flat().reduce((sum, { size }) => sum + size, 0),
        unmatched: [...unmatched],
        unreadable,
      };
    },
    async register(image, index, wish, signal) {
      const found = await packages(wish, signal);
      await host.servicing.register({ image, index, infs: found.map(({ path }) => path), signal });
      return found.map(infoOf);
    },
    machine: async () => (await host.hardware.devices()).map(({ name, kind, ids }) => ({ name, kind, ids: [...ids] })),
  };
}

export function infoOf({ path, infName, provider, className, kind, date, version, architectures, catalog, missing, devices }: DriverPackage): DriverPackageInfo {
  return {
    path, infName, provider, className, kind, date, version, architectures: [...architectures], catalog, missing: [...missing], devices: devices.length,
    hardwareIds: [...new Set(devices.flatMap(({ hardwareIds }) => hardwareIds))].slice(0, SHOWN_IDS),
  };
}

const unreadableOf = ({ unreadable }: Awaited<ReturnType<typeof scanDrivers>>): DriverScan['unreadable'] =>
  unreadable.map(({ path, error }) => ({ path, error: { ...error, params: { ...error.params } } }));

export const changeOf = (found: Change): DriverChange => ({ kind: found.kind, driver: listedOf(found.driver), than: 'than' in found ? listedOf(found.than) : null });

export const listedOf = ({ folder, infName, provider, kind, date, version }: ListedDriver): DriverChange['driver'] => ({ folder, infName, provider, kind, date, version });

function standingOf(standing: PackageStanding | undefined): { standing: 'newest' | 'older' | 'duplicate'; other: string | null } {
  if (standing?.kind === 'older') return { standing: 'older', other: standing.than };
  if (standing?.kind === 'duplicate') return { standing: 'duplicate', other: standing.of };
  return { standing: 'newest', other: null };
}
