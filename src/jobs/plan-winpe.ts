import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EngineError, isUrl, planFatStick, planIso, type FileTree, type IsoPlan, type OpenImageOptions } from '../../native-free-engine/index.ts';
import type { PlannedDisk, PlanStep, WinpePlan, WinpeRequest } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { withImageOn } from '../host/index.ts';
import { disksHolding } from './disks-holding.ts';
import type { DriverStore } from './drivers.ts';
import { nameOf } from './identity.ts';
import { after, before, heading, plannedDisk, step } from './plan-parts.ts';
import { prepareWinPe } from './winpe-medium.ts';
import { checkPlace } from './room.ts';

export const winpeLabel = ({ label }: WinpeRequest): string => label.trim() || 'WINPE';

/** What UEFI starts without waiting for a key first: the medium of a bench starts at once. */
const NO_PROMPT = 'efi/microsoft/boot/efisys_noprompt.bin';

/**
 * The disc that is made of the tree: one for CDs and virtual machines, and for sticks as well when it is hybrid.
 * @throws EngineError `winpe-parts-missing` for one that nothing could start, and what `planIso` throws
 */
export function winpeIso(tree: FileTree, label: string, hybrid: boolean, source: string): IsoPlan {
  const efi = tree.entries.find(({ kind, path }) => kind === 'file' && path.toLowerCase() === NO_PROMPT);
  const plan = planIso(tree, { label, when: new Date(), hybrid, boot: { efi } });
  if (plan.boot.bios === null && plan.boot.efi === null) throw new EngineError('winpe-parts-missing', { path: source, missing: 'boot\\etfsboot.com, efi\\boot\\boot*.efi' });
  return plan;
}

/** What a medium is made from, to be kept off the disks that are written. */
export const winpeSources = ({ source, extraFolder, toolsFolder, drivers }: WinpeRequest): string[] =>
  [...(isUrl(source) ? [] : [source]), ...(extraFolder === null ? [] : [extraFolder]), ...(toolsFolder === null ? [] : [toolsFolder]), ...(drivers?.folders ?? [])];

/** What of its language and its time is set, and where. */
function settingSteps({ keyboard, region, language, systemLocale, timeZone }: WinpeRequest): PlanStep[] {
  const atStart = [keyboard, region, language].filter((each) => each !== null).join(', ');
  return [
    ...(systemLocale ? [step('winpe-locale', { locale: systemLocale })] : []),
    ...(timeZone ? [step('winpe-time-zone', { zone: timeZone })] : []),
    ...(atStart ? [step('winpe-at-start', { settings: atStart })] : []),
  ];
}

/** @throws EngineError naming what stands in the way; nothing was touched */
export async function planWinpe(host: Host, asked: WinpeRequest, store: DriverStore, options: OpenImageOptions & { readonly signal: AbortSignal }): Promise<WinpePlan> {
  const request: WinpeRequest = { ...asked, iso: asked.iso && { ...asked.iso, path: resolve(asked.iso.path) } };
  const { iso, firmware, verify, eject } = request;
  if ((request.disks.length === 0) === (iso === null) || new Set(request.disks).size < request.disks.length) throw new EngineError('argument-invalid', { what: request.disks.join(', ') });
  if (iso) await checkPlace(iso.path, iso.overwrite);
  if (iso && !existsSync(dirname(iso.path))) throw new EngineError('destination-unwritable', { path: iso.path, errno: 'ENOENT' });
  const found = await Promise.all(request.disks.map((id) => host.disks.find(id)));
  const disks = withImageOn(found, await disksHolding(host, winpeSources(request)));
  const planned: PlannedDisk[] = [];
  for (const disk of disks) planned.push(await plannedDisk(host, disk, request.allowSystemDisk));
  const head = heading();
  const medium = await prepareWinPe(request, store, new Date(head.createdAt), options);
  try {
    const { about, tree } = medium;
    const label = winpeLabel(request);
    const size = iso ? winpeIso(tree, label, iso.hybrid, request.source).size : 0;
    const sticks = disks.map((disk) => planFatStick({ disk: { name: nameOf(disk), size: disk.size, sectorSize: disk.logicalSectorSize }, tree, firmware, label }));
    const image = about.image.name;
    return {
      kind: 'winpe', ...head, request, ...about, label, iso: iso && { path: iso.path, size }, disks: planned, verify, eject,
      steps: [
        ...(disks.length > 0 ? [step('recheck-identity')] : []),
        step('edit-winpe', { image }),
        ...settingSteps(request),
        ...(about.drivers.length > 0 ? [step(`drivers-${request.driversIn}`, { count: about.drivers.length })] : []),
        ...(iso ? [step('write-iso', { destination: iso.path, size })] : []),
        ...disks.flatMap((disk, index) => {
          const on = { disk: nameOf(disk) };
          return [
            ...before(disk), step('clear', on), step(`layout-${firmware}`, on), step('write-files', { ...on, size: sticks[index]?.writes ?? 0, image }), step('write-first', on),
            ...(verify ? [step('verify-files', { ...on, image })] : []), ...after(disk, eject),
          ];
        }),
      ],
    };
  } finally {
    await medium.close();
  }
}
