import type { DiscInfo, IsoPlan } from '../contract/index.ts';
import type { Context } from './context.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

/** So many files that are left out are named one by one. */
const NAMED = 8;

/** What is on a disc and what it boots. */
export function discLines({ texts }: Speaker, disc: DiscInfo): string[] {
  const boots = disc.boot.map(({ platform, emulation, offset, loadBytes }) =>
    texts(`disc:boots${emulation === 'none' ? '' : 'Emulated'}`, { platform: texts(`disc:platform.${platform}`), offset, bytes: loadBytes }));
  return [
    texts('disc:disc', { label: disc.label, view: texts(`disc:view.${disc.view}`), files: disc.files, folders: disc.folders, size: disc.bytes }),
    ...(disc.views.length > 1 ? [`    ${texts('disc:views', { views: disc.views.map((view) => texts(`disc:view.${view}`)).join(', ') })}`] : []),
    ...(boots.length > 0 ? boots : [texts('disc:bootsNothing')]).map((line) => `    ${line}`),
    ...(disc.windows ? [`    ${texts('disc:windows')}`] : []),
    ...(disc.leftOut > 0 ? [`    ${texts('disc:linksOnDisc', { count: disc.leftOut })}`] : []),
  ];
}

export function isoPlanLines({ texts }: Speaker, plan: IsoPlan): string[] {
  const { boot } = plan;
  const rest = plan.leftOutCount - NAMED;
  return [
    texts('disc:makes', { label: plan.label, files: plan.files, folders: plan.folders, size: plan.size, views: plan.views.map((view) => texts(`disc:view.${view}`)).join(', ') }),
    `    ${texts('disc:bootsFrom', { bios: boot.bios ?? texts('disc:nothing'), efi: boot.efi ?? texts('disc:nothing') })}`,
    ...(boot.bootInfo ? [`    ${texts('disc:bootInfo', { bios: boot.bios ?? '' })}`] : []),
    ...(plan.hybrid ? [`    ${texts('disc:hybrid')}`] : []),
    ...(plan.leftOutCount > 0 ? [texts('disc:leftOut', { count: plan.leftOutCount })] : []),
    ...plan.leftOut.slice(0, NAMED).map(({ path, why }) => `    ${texts(`disc:why.${why}`, { path })}`),
    ...(rest > 0 ? [`    ${texts('disc:more', { count: rest })}`] : []),
  ];
}
