import { beyondChanges, compareWithMedium, driversOnMedium, EngineError, packageFiles, type DriverPackage } from '../../native-free-engine/index.ts';
import type { DriverPreview, DriverPreviewRequest, DriversPlan, DriversRequest, DriverSystem, PlannedDisk, PlannedDriver } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { systemOnMedium, withMedium } from './driver-medium.ts';
import { changeOf, listedOf, type DriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { heading, plannedDisk, step } from './plan-parts.ts';
import { roomIn } from './room.ts';

/** Packages beside what a stick has. */
interface Compared {
  readonly changes: PlannedDriver[];
  readonly others: DriversPlan['others'];
}

/** What becomes of the drivers of a medium, with what is known of each package. @throws EngineError `driver-list-invalid`, `file-unreadable` */
export async function compareDrivers(root: string, packages: readonly DriverPackage[]): Promise<Compared> {
  const there = await driversOnMedium(root);
  const found = compareWithMedium(there, packages);
  const changes: PlannedDriver[] = [];
  for (const [index, each] of packages.entries()) {
    const change = found[index];
    if (!change) continue;
    const bytes = (await packageFiles(each)).reduce((sum, { size }) => sum + size, 0);
    changes.push({ ...changeOf(change), bytes, signed: each.catalog === 'present', missing: [...each.missing] });
  }
  return { changes, others: beyondChanges(there, found).map(listedOf) };
}

/** Whether it is copied onto the stick. */
const isCopied = ({ kind }: PlannedDriver): boolean => kind === 'added' || kind === 'newer';

/** Where it is mounted it is used and stays: that is nothing to agree to. */
const notMounted = (disk: PlannedDisk): PlannedDisk => ({ ...disk, loses: [], confirm: disk.confirm.filter(({ code }) => code !== 'mounted') });

/**
 * Drivers of a stick to be brought up to date. The stick is only looked at.
 * @throws EngineError `driver-none`, `medium-full`, and what reaching the stick and its files throws
 */
export async function planDrivers(host: Host, { disk: id, wish: asked, eject }: DriversRequest, store: DriverStore): Promise<DriversPlan> {
  const disk = await host.disks.find(id);
  const planned = notMounted(await plannedDisk(host, disk, false));
  const { wish, systemFrom, unmatched, unreadable, changes, others, freeBytes } = await withMedium(host, disk, { write: false }, async (root) => {
    const { system, systemFrom: from } = await systemOnMedium(root, asked);
    const wanted = { ...asked, ...system };
    const { chosen, ...rest } = await store.find(wanted);
    if (chosen.length === 0) throw new EngineError('driver-none', { folders: wanted.folders.join(', ') });
    return { ...rest, ...await compareDrivers(root, chosen), wish: wanted, systemFrom: from, freeBytes: (await roomIn(root)).freeBytes };
  });
  const copied = changes.filter(isCopied);
  const replaced = changes.filter(({ kind }) => kind === 'newer').length;
  const bytes = copied.reduce((sum, change) => sum + change.bytes, 0);
  const on = { disk: nameOf(disk) };
  // Old drivers go last: until then both are there.
  if (freeBytes !== null && bytes > freeBytes) throw new EngineError('medium-full', { ...on, bytes, free: freeBytes });
  return {
    kind: 'drivers', ...heading(), disk: planned, wish, systemFrom, changes, others, unmatched: [...unmatched], unreadable, bytes, eject,
    steps: [
      step('recheck-identity'),
      ...(copied.length > 0 ? [step('copy-drivers', { ...on, count: copied.length, size: bytes })] : []),
      ...(replaced > 0 ? [step('remove-drivers', { ...on, count: replaced })] : []),
      ...(eject && !disk.practice ? [step('eject', on)] : []),
    ],
  };
}

/**
 * The drivers that {@link planDrivers} would choose from, before rights are asked for.
 * @throws EngineError as `DriverStore.choose`
 */
export async function previewDrivers(host: Host, { disk: id, ...asked }: DriverPreviewRequest, store: DriverStore): Promise<DriverPreview> {
  const system = id === null ? null : await systemSeen(host, id, asked);
  const { architecture, build } = system ?? asked;
  return { ...(await store.choose({ ...asked, architecture, build })), system };
}

/** Null where its files cannot be seen: what is wrong with the stick is for the plan to say. */
async function systemSeen(host: Host, id: string, asked: DriverSystem): Promise<DriverPreview['system']> {
  try {
    const { system, systemFrom: from } = await withMedium(host, await host.disks.find(id), { write: false }, (root) => systemOnMedium(root, asked));
    return { ...system, from };
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}
