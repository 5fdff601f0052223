import type { DriversPlan, DriversRequest, PlannedDisk, PlannedDriver } from '../../../src/contract/index.ts';
import { choiceOf } from './winpe-data.ts';

/** What a stick that was made last year has. */
const OLD: Readonly<Record<string, readonly [version: string, date: string]>> = { 'e2f.inf': ['1.1.4.42', '2024-11-12'], 'iaStorVD.inf': ['19.5.0.1037', '2025-01-20'], 'oldraid.inf': ['7.5.0.52013', '2019-04-02'] };

type Planned = Omit<Extract<DriversPlan, { kind: 'drivers' }>, 'kind' | 'id' | 'createdAt'>;

export function driversPlanOf(name: string, disk: PlannedDisk, wish: DriversRequest['wish'], eject: boolean, upToDate: boolean): Planned {
  const { folders, architecture, build = null, kinds = ['storage', 'network'], machines = { kind: 'any' } } = wish;
  const asked: DriversPlan['wish'] = { folders, architecture: architecture ?? 'amd64', build: build ?? (architecture === null ? 26100 : null), kinds, machines };
  const { chosen, unmatched, unreadable } = choiceOf(asked);
  const changes = chosen.map(({ infName, provider, kind, version, date, catalog, missing }): PlannedDriver => {
    const driver = { folder: `${kind}/${infName.slice(0, -4)}-1a2b3c4d`, infName, provider, kind, version, date };
    const [oldVersion, oldDate] = OLD[infName] ?? [];
    const than = oldVersion === undefined ? null : { ...driver, folder: `${kind}/${infName.slice(0, -4)}-0f0e0d0c`, version: oldVersion, date: oldDate ?? '' };
    const change = upToDate || oldVersion === version ? 'kept' as const : than ? 'newer' as const : 'added' as const;
    return { kind: change, driver, than: change === 'newer' ? than : null, bytes: 5_400_000, signed: catalog === 'present', missing };
  });
  const copied = changes.filter(({ kind }) => kind !== 'kept');
  const replaced = copied.filter(({ kind }) => kind === 'newer').length;
  const bytes = copied.length * 5_400_000;
  return {
    disk, wish: asked, systemFrom: architecture === null ? 'sources/boot.wim' : null, changes, others: [{ folder: 'network/mlx5-5e6f7a8b', infName: 'mlx5.inf', provider: 'Mellanox', kind: 'network', version: '24.10.26603.0', date: '2024-12-01' }], unmatched, unreadable, bytes, eject,
    steps: [
      { code: 'recheck-identity', params: {} }, { code: 'copy-drivers', params: { disk: name, count: copied.length, size: bytes } },
      ...(replaced > 0 ? [{ code: 'remove-drivers' as const, params: { disk: name, count: replaced } }] : []), ...(eject ? [{ code: 'eject' as const, params: { disk: name } }] : []),
    ],
  };
}
