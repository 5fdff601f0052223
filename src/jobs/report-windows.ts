import type { WindowsStickPlan } from '../contract/index.ts';
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
