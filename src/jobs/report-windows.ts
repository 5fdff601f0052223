import type { WindowsStickPlan, WinpePlan } from '../contract/index.ts';
import { editionText, formatBytes, type Language, type Texts } from '../texts/index.ts';

/** What is on a Windows stick, as facts of a report. */
export function windowsFacts(plan: WindowsStickPlan, texts: Texts, language: Language): [string, string][] {
  const { image, parts, extras, replaced } = plan;
  const sized = ({ path, size }: { readonly path: string; readonly size: number }): string => `${path} (${formatBytes(size, language)})`;
  const facts: [string, string][] = [
    ['image', image.name],
    ['location', image.location],
    ['firmware', texts(`media:firmware.${plan.firmware}`)],
    ['label', plan.label],
    ['editions', image.editions.map((edition) => editionText(edition, texts)).join('; ')],
    ['contents', texts('media:contents', { count: image.files, size: image.bytes })],
    ['parts', parts.map(sized).join(', ')],
    ['extras', extras.map(sized).join(', ')],
    ['replaced', replaced.join(', ')],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** What is on a WinPE medium, with the list of its drivers. */
export function winpeFacts(plan: WinpePlan, texts: Texts): [string, string][] {
  const { image, iso, drivers, files, bytes, replaced } = plan;
  const facts: [string, string][] = [
    ['image', image.name],
    ['location', image.location],
    ['editions', [image.system, image.version, image.architecture].filter((part) => part !== '').join(', ')],
    ['firmware', iso ? '' : texts(`media:firmware.${plan.request.firmware}`)],
    ['label', plan.label],
    ['destination', iso?.path ?? ''],
    ['contents', texts('media:contents', { count: files, size: bytes })],
    ['drivers', drivers.map(({ infName, provider, version, date }) => `${infName} (${[provider, version, date].filter((part) => part !== '').join(', ')})`).join('; ')],
    ['replaced', replaced.join(', ')],
  ];
  return facts.filter(([, value]) => value !== '');
}
