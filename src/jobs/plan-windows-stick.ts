import { resolve } from 'node:path';
import { EngineError, isUrl, type OpenImageOptions } from '../../native-free-engine/index.ts';
import type { PlannedDisk, WindowsStickPlan, WindowsStickRequest } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { withImageOn } from '../host/index.ts';
import { createDriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { after, before, heading, plannedDisk, step } from './plan-parts.ts';
import { openWindowsIso, suggestLabel } from './windows-media.ts';
import { planWindowsSticks, windowsExtras } from './windows-stick.ts';

/** @throws EngineError naming what stands in the way; nothing was touched */
export async function planWindowsStick(host: Host, request: WindowsStickRequest, options: OpenImageOptions & { readonly signal: AbortSignal }): Promise<WindowsStickPlan> {
  if (new Set(request.disks).size < request.disks.length) throw new EngineError('argument-invalid', { what: request.disks.join(', ') });
  const extraFolder = request.extraFolder === null ? null : resolve(request.extraFolder);
  const found = await Promise.all(request.disks.map((id) => host.disks.find(id)));
  const sources = [...(isUrl(request.location) ? [] : [request.location]), ...(extraFolder === null ? [] : [extraFolder])];
  const holding = (await Promise.all(sources.map((path) => host.disks.holding(path)))).flat();
  const disks = withImageOn(found, holding);
  const planned: PlannedDisk[] = [];
  for (const disk of disks) planned.push(await plannedDisk(host, disk, request.allowSystemDisk));

  const iso = await openWindowsIso(request.location, options);
  try {
    const { info, media } = iso;
    const { firmware, customising, drivers, verify, eject } = request;
    const label = request.label.trim() || suggestLabel(info);
    const extras = await windowsExtras({ extraFolder, customising, drivers }, createDriverStore(host), options.signal);
    const sized = disks.map((disk) => ({ id: disk.id, name: nameOf(disk), size: disk.size, sectorSize: disk.logicalSectorSize }));
    const { contents, sticks } = await planWindowsSticks(media, { firmware, label, extras: extras.entries }, sized);
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
