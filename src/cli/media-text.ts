import type { PlannedDisk, WindowsMediaInfo, WindowsStickPlan, WinpePlan } from '../contract/index.ts';
import { editionText, formatBytes } from '../texts/index.ts';
import type { Context } from './context.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

/** So many files are named one by one. */
const NAMED = 12;

/** Which Windows a disc installs, and what starts it. */
export function windowsMediaLines({ texts, language }: Speaker, media: WindowsMediaInfo): string[] {
  const starts = [...media.uefi.map((architecture) => `UEFI ${architecture}`), ...(media.bios ? ['BIOS'] : [])];
  return [
    texts('media:disc', { name: media.name, label: media.label, size: media.size }),
    ...media.editions.map((edition) => `  ${edition.index} ${editionText(edition, texts)}`),
    ...(media.editions.length === 0 ? [`  ${texts('media:noEditions')}`] : []),
    ...media.installs.map(({ path, size, solid }) => `    ${path}, ${formatBytes(size, language)}${solid ? `, ${texts('media:solid')}` : ''}`),
    `    ${texts('media:starts', { what: starts.join(', ') || texts('media:nothing') })}`,
  ];
}

export function windowsPlanLines(speaker: Speaker, plan: WindowsStickPlan, losses: (disk: PlannedDisk) => string[]): string[] {
  const { texts, language } = speaker;
  const sized = ({ path, size }: { readonly path: string; readonly size: number }): string => `    ${path}, ${formatBytes(size, language)}`;
  const named = (title: string, files: readonly { readonly path: string; readonly size: number }[]): string[] => {
    if (files.length === 0) return [];
    const rest = files.length - NAMED;
    return [texts(title), ...files.slice(0, NAMED).map(sized), ...(rest > 0 ? [`    ${texts('media:more', { count: rest })}`] : [])];
  };
  return [
    ...windowsMediaLines(speaker, plan.image),
    texts('media:stick', { firmware: texts(`media:firmware.${plan.firmware}`), label: plan.label }),
    ...(plan.editions ? [texts('media:editions', { editions: plan.image.editions.filter(({ index }) => plan.editions?.includes(index)).map(({ index, name }) => `${index} ${name}`).join(', ') })] : []),
    ...named('media:partsTitle', plan.parts),
    ...named('media:extrasTitle', plan.extras),
    ...(plan.replaced.length > 0 ? [texts('media:replacedTitle', { files: plan.replaced.join(', ') })] : []),
    ...plan.disks.flatMap((disk) => {
      const room = plan.room.find((candidate) => candidate.disk === disk.identity.id);
      return [...losses(disk), ...(room ? [`    ${texts(plan.repacks.length > 0 ? 'media:roomAbout' : 'media:room', { writes: room.writes, free: room.free })}`] : [])];
    }),
  ];
}

export function winpePlanLines({ texts }: Speaker, plan: WinpePlan, losses: (disk: PlannedDisk) => string[]): string[] {
  const { image, iso, drivers, replaced } = plan;
  return [
    `${image.name}: ${[image.system, image.version, image.architecture].filter((part) => part !== '').join(', ')}`,
    iso ? texts('media:iso', { path: iso.path, size: iso.size }) : texts('media:stick', { firmware: texts(`media:firmware.${plan.request.firmware}`), label: plan.label }),
    `    ${texts('media:contents', { count: plan.files, size: plan.bytes })}`,
    ...(drivers.length > 0 ? [texts(`media:drivers.${plan.request.driversIn}`)] : []),
    ...drivers.map(({ infName, provider, version, date }) => `    ${infName}, ${[provider, version, date].filter((part) => part !== '').join(', ')}`),
    ...(replaced.length > 0 ? [texts('media:replacedTitle', { files: replaced.join(', ') })] : []),
    ...plan.disks.flatMap(losses),
  ];
}
