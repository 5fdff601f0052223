import {
  chooseDrivers, compareWithMedium, driversOnMedium, EngineError, packageFiles, scanDrivers, standings, typedIds, updateMedium,
  type DeviceIds, type DriverPackage, type ListedDriver, type PackageStanding,
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
  /** What is newer than what a mounted medium has; unless only checked, it is put there. @throws EngineError `driver-list-invalid`, `driver-none` */
  update(medium: string, wish: DriverWish, check: boolean, signal?: AbortSignal): Promise<DriverChange[]>;
  /** The network and storage controllers of this machine. */
  machine(): Promise<HardwareDevice[]>;
}

/** IDs that go over a process border; a package may know thousands. */
const SHOWN_IDS = 100;

export function createDriverStore(host: Host): DriverStore {
  const find = async (wish: DriverWish, signal?: AbortSignal): Promise<{ scan: Awaited<ReturnType<typeof scanDrivers>>; chosen: readonly DriverPackage[]; unmatched: readonly string[] }> => {
    const { architecture, build, kinds, machines } = wish;
    const devices: readonly DeviceIds[] | null = machines.kind === 'any' ? null : machines.kind === 'ids' ? machines.ids.map(typedIds) : (await host.hardware.devices()).map(({ ids }) => ids);
    const scan = await scanDrivers(wish.folders, { signal });
    return { scan, ...chooseDrivers(scan.packages, { architecture, build, kinds, devices }) };
  };
  const packages = async (wish: DriverWish, signal?: AbortSignal): Promise<readonly DriverPackage[]> => {
    const { chosen } = await find(wish, signal);
    if (chosen.length === 0) throw new EngineError('driver-none', { folders: wish.folders.join(', ') });
    return chosen;
  };
  return {
    packages,
    async scan(folders, signal) {
      const { packages, unreadable, ignored } = await scanDrivers(folders, { signal });
      const standing = standings(packages);
      return {
        folders: [...folders],
        packages: packages.map((each, index) => ({ ...infoOf(each), ...standingOf(standing[index]) })),
        unreadable: unreadable.map(({ path, error }) => ({ path, error: { ...error, params: { ...error.params } } })),
        ignored: [...ignored],
      };
    },
    async choose(wish, signal) {
      const { scan, chosen, unmatched } = await find(wish, signal);
      const files = await Promise.all(chosen.map(packageFiles));
      return {
        chosen: chosen.map(infoOf),
        bytes: files.flat().reduce((sum, { size }) => sum + size, 0),
        unmatched: [...unmatched],
        unreadable: scan.unreadable.map(({ path, error }) => ({ path, error: { ...error, params: { ...error.params } } })),
      };
    },
    async update(medium, wish, check, signal) {
      const found = await packages(wish, signal);
      const changes = check ? compareWithMedium(await driversOnMedium(medium), found) : await updateMedium(medium, found, signal);
      return changes.map((change) => ({ kind: change.kind, driver: listedOf(change.driver), than: 'than' in change ? listedOf(change.than) : null }));
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

const listedOf = ({ folder, infName, provider, kind, date, version }: ListedDriver): DriverChange['driver'] => ({ folder, infName, provider, kind, date, version });

function standingOf(standing: PackageStanding | undefined): { standing: 'newest' | 'older' | 'duplicate'; other: string | null } {
  if (standing?.kind === 'older') return { standing: 'older', other: standing.than };
  if (standing?.kind === 'duplicate') return { standing: 'duplicate', other: standing.of };
  return { standing: 'newest', other: null };
}
