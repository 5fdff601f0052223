import { resolve } from 'node:path';
import { EngineError, type OpenImageOptions, type Repack, type RepackPacking } from '../../native-free-engine/index.ts';
import type { PlannedDisk, WindowsStickPlan, WindowsStickRequest } from '../contract/index.ts';
import { withImageOn } from '../host/index.ts';
import type { JobEnvironment } from './context.ts';
import { disksHolding } from './disks-holding.ts';
import { createDriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { after, before, heading, plannedDisk, step } from './plan-parts.ts';
import { planRepacking } from './repack.ts';
import { openWindowsIso, suggestLabel } from './windows-media.ts';
import { planWindowsSticks, stickSources, windowsExtras } from './windows-stick.ts';

/** @throws EngineError naming what stands in the way; nothing was touched */
export async function planWindowsStick({ host, tempDir, fat32 }: JobEnvironment, request: WindowsStickRequest, options: OpenImageOptions & { readonly signal: AbortSignal }): Promise<WindowsStickPlan> {
  if (new Set(request.disks).size < request.disks.length) throw new EngineError('argument-invalid', { what: request.disks.join(', ') });
  const asked = request.workFolder === null ? null : resolve(request.workFolder);
  const extraFolder = request.extraFolder === null ? null : resolve(request.extraFolder);
  const found = await Promise.all(request.disks.map((id) => host.disks.find(id)));
  const sources = stickSources({ ...request, extraFolder, workFolder: asked });
  const disks = withImageOn(found, await disksHolding(host, sources));
  const planned: PlannedDisk[] = [];
  for (const disk of disks) planned.push(await plannedDisk(host, disk, request.allowSystemDisk));

  const iso = await openWindowsIso(request.location, options);
  try {
    const { info, media } = iso;
    const { firmware, customising, drivers, verify, eject } = request;
    const label = request.label.trim() || suggestLabel(info);
    const extras = await windowsExtras({ extraFolder, customising, drivers }, createDriverStore(host), options.signal);
    const sized = disks.map((disk) => ({ id: disk.id, name: nameOf(disk), size: disk.size, sectorSize: disk.logicalSectorSize }));
    const plan = (repacked: ReadonlyMap<string, number>): ReturnType<typeof planWindowsSticks> =>
      planWindowsSticks(media, { ...fat32, firmware, label, extras: extras.entries, repacked }, sized);
    const { repacks, packing, workFolder } = await planRepacking(media, request.editions, asked, tempDir, (sizes) => plan(sizes).then(() => true, tooSmall), fat32?.largestFile);
    const { contents, sticks } = await fitting(repacks, packing, plan);
    const added = [...extras.files];
    const splitWims = [...new Set(contents.parts.map(({ of }) => of))];
    const [first] = sticks;
    return {
      kind: 'windows-stick',
      ...heading(),
      image: info,
      firmware,
      table: first?.stick.table ?? 'gpt',
      label,
      parts: [...contents.parts],
      editions: request.editions,
      repacks: repacks.map(({ install, images, size }) => ({ path: install.path, images: [...images], about: size.about[packing], most: size.most })),
      repackedAs: packing,
      workFolder,
      extras: added,
      replaced: [...contents.replaced],
      extraFolder,
      customising,
      drivers,
      room: sticks.flatMap(({ stick, disks: alike }) => alike.map((disk) => ({ disk, writes: stick.writes, free: stick.free }))),
      disks: planned,
      verify,
      eject,
      steps: [
        ...repacks.map(({ install, images, size }) => step('repack-wim', { path: install.path, count: images.length, size: size.about[packing], most: size.most, folder: workFolder ?? '' })),
        ...(repacks.length > 0 && verify ? [step('check-repacked')] : []),
        step('recheck-identity'),
        ...(splitWims.length > 0 ? [step('split-wim', { path: splitWims.join(', '), parts: contents.parts.length })] : []),
        ...contents.loaders.map((path) => step('add-loader', { path })),
        ...(added.length > 0 ? [step('add-files', { count: added.length, size: added.reduce((sum, { size }) => sum + size, 0) })] : []),
        ...disks.flatMap((disk) => {
          const on = { disk: nameOf(disk) };
          const writes = sticks.find(({ disks: alike }) => alike.includes(disk.id))?.stick.writes ?? 0;
          return [
            ...before(disk),
            step('clear', on),
            step(`layout-${firmware}`, on),
            step('write-files', { ...on, size: writes, image: info.name }),
            step('write-first', on),
            ...(verify ? [step('verify-files', { ...on, image: info.name })] : []),
            ...after(disk, eject),
          ];
        }),
      ],
    };
  } finally {
    await iso.close();
  }
}

/**
 * Plans with the size that a new WIM will have about. Where that does not fit it may still turn out smaller: only what cannot fit
 * however small it gets is refused; the rest is told when it is packed, before any disk is touched.
 */
async function fitting<T>(repacks: readonly Repack[], packing: RepackPacking, plan: (sizes: ReadonlyMap<string, number>) => Promise<T>): Promise<T> {
  const sizes = (of: (size: Repack['size']) => number): Map<string, number> => new Map(repacks.map(({ install, size }) => [install.path, of(size)]));
  try {
    return await plan(sizes(({ about }) => about[packing]));
  } catch (error) {
    if (repacks.length === 0) throw error;
    tooSmall(error);
    return plan(sizes(({ least }) => least));
  }
}

/** False where that is what is wrong. */
function tooSmall(error: unknown): false {
  if (error instanceof EngineError && error.code === 'media-too-small') return false;
  throw error;
}
