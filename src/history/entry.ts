import { basename } from 'node:path';
import type { HistoryEntry, Plan, Report } from '../contract/index.ts';
import { createTexts, diskName, disksOfPlan, LANGUAGES } from '../texts/index.ts';

const texts = LANGUAGES.map((language) => createTexts(language));
const longDates = LANGUAGES.map((language) => new Intl.DateTimeFormat(language, { dateStyle: 'long' }));

/** What a list says of a report, and the words that it is found by. */
export function entryOf(report: Report): HistoryEntry {
  const { plan, outcome, startedAt, elapsedSeconds } = report;
  const { image, location } = imageOf(plan);
  const disks = disksOfPlan(plan).map((identity, index) => ({ number: numberOf(plan, index), model: diskName(identity), serial: identity.serial, size: identity.size }));
  const code = report.error?.code ?? report.targets.find((target) => target.error)?.error?.code ?? null;
  const computer = report.host.name;
  const words = [
    ...texts.flatMap((text) => [text(`jobs:kind.${plan.kind}`), text(`jobs:outcome.${outcome}`)]), plan.kind, outcome,
    computer, image, location, ...disks.flatMap(({ model, serial }) => [model, serial]), ...moments(startedAt), code ?? '', report.jobId, ...descriptions(plan),
  ];
  return { id: report.jobId, kind: plan.kind, outcome, startedAt, elapsedSeconds, computer, disks, image, location, code, words: words.filter((word) => word !== '').join('\n') };
}

function imageOf(plan: Plan): { image: string; location: string } {
  switch (plan.kind) {
    case 'write':
    case 'restore':
    case 'windows-stick':
    case 'winpe':
    case 'verify':
    case 'extract':
    case 'convert': return { image: plan.image.name, location: plan.image.location };
    case 'read':
    case 'iso':
    case 'capture': return { image: basename(plan.destination), location: plan.destination };
    case 'format':
    case 'drivers': return { image: '', location: '' };
  }
}

function numberOf(plan: Plan, index: number): number {
  if (plan.kind === 'write' || plan.kind === 'restore' || plan.kind === 'windows-stick' || plan.kind === 'winpe') return plan.disks[index]?.number ?? 0;
  if (plan.kind === 'format' || plan.kind === 'drivers') return plan.disk.number;
  return plan.kind === 'read' || plan.kind === 'capture' ? plan.number : 0;
}

const descriptions = (plan: Plan): string[] => {
  if (plan.kind === 'windows-stick') return plan.image.editions.filter(({ index }) => plan.editions?.includes(index) ?? true).map(({ name }) => name);
  return plan.kind === 'capture' ? [plan.description, plan.purpose] : [];
};

/** A day as people type it: 2026-11-29, 29-11-2026, 29 november 2026. */
function moments(iso: string): string[] {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return [];
  const two = (value: number): string => String(value).padStart(2, '0');
  const [year, month, day] = [String(moment.getFullYear()), two(moment.getMonth() + 1), two(moment.getDate())];
  return [`${year}-${month}-${day}`, `${day}-${month}-${year}`, ...longDates.map((format) => format.format(moment))];
}
