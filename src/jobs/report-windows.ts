import type { DriversPlan, WindowsStickPlan, WinpePlan } from '../contract/index.ts';
import { editionText, formatBytes, type Language, type Texts } from '../texts/index.ts';

/** What is on a Windows stick, as facts of a report. */
export function windowsFacts(plan: WindowsStickPlan, texts: Texts, language: Language): [string, string][] {
  const { image, parts, extras, replaced, editions, repacks } = plan;
  const taken = image.editions.filter(({ index }) => editions?.includes(index) ?? true);
  const sized = ({ path, size }: { readonly path: string; readonly size: number }): string => `${path} (${formatBytes(size, language)})`;
  const facts: [string, string][] = [
    ['image', image.name],
    ['location', image.location],
    ['firmware', texts(`media:firmware.${plan.firmware}`)],
    ['label', plan.label],
    ['editions', taken.map((edition) => editionText(edition, texts)).join('; ')],
    ['contents', texts('media:contents', { count: image.files, size: image.bytes })],
    ['parts', parts.map(sized).join(', ')],
    ['repacked', repacks.map(({ path }) => path).join(', ')],
    ['extras', extras.map(sized).join(', ')],
    ['replaced', replaced.join(', ')],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** What became of the drivers of a stick, each with the version it had and has. */
export function driversFacts(plan: DriversPlan): [string, string][] {
  const { changes, others, unmatched, wish } = plan;
  const versioned = ({ version, date }: { readonly version: string; readonly date: string }): string => [version, date].filter((part) => part !== '').join(', ');
  const named = (kinds: readonly DriversPlan['changes'][number]['kind'][]): string => changes
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ driver, than }) => `${driver.infName}: ${[than && versioned(than), versioned(driver)].filter(Boolean).join(' → ')}`)
    .join('; ');
  const facts: [string, string][] = [
    ['driverFolders', wish.folders.join('; ')],
    ['driversNewer', named(['newer'])],
    ['driversAdded', named(['added'])],
    ['driversStay', String(changes.filter(({ kind }) => kind === 'kept' || kind === 'older').length + others.length)],
    ['driversMissing', unmatched.join('; ')],
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
