import type { FormatPlan, ImageInfo, Plan, PlannedDisk, ReadPlan, WritePlan } from '../contract/index.ts';
import { ALGORITHM_NAMES, formatBytes, planSteps } from '../texts/index.ts';
import type { Context } from './context.ts';
import { diskTitle, partitionLine, reasonText } from './disk-text.ts';
import { discLines, isoPlanLines } from './disc-text.ts';
import { driversPlanLines } from './drivers-text.ts';
import { windowsPlanLines, winpePlanLines } from './media-text.ts';
import { capturePlanLines, diskImageLines, restorePlanLines } from './imaging-text.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

/** What an image is, in one line. */
export function imageLine({ texts, language }: Speaker, image: ImageInfo): string {
  const parts = [
    texts(`jobs:image.${image.kind}`),
    image.size === null ? texts('cli:image.sizeUnknown') : formatBytes(image.size, language),
    image.chain.length > 0 ? texts('cli:image.packed', { chain: image.chain.join(' > ') }) : '',
    image.label ? `"${image.label}"` : '',
    image.mappedBytes === null ? '' : texts('cli:image.mapped', { bytes: image.mappedBytes }),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function losses(speaker: Speaker, disk: PlannedDisk): string[] {
  const { texts } = speaker;
  const lines = [texts('cli:plan.loses', { number: disk.number, disk: diskTitle(speaker, disk.identity), path: disk.identity.path })];
  if (disk.loses.length === 0) lines.push(`    ${texts('cli:plan.losesNothing')}`);
  for (const partition of disk.loses) lines.push(`    ${partitionLine(speaker, partition)}`);
  for (const reason of disk.confirm) lines.push(`    ! ${reasonText(speaker, reason)}`);
  return lines;
}

function writePlanLines(speaker: Speaker, plan: WritePlan): string[] {
  const { texts } = speaker;
  return [
    texts('cli:plan.image', { name: plan.image.name }),
    `    ${imageLine(speaker, plan.image)}`,
    ...(plan.expected ? [`    ${texts('cli:plan.expected', { algorithm: ALGORITHM_NAMES[plan.expected.algorithm], hex: plan.expected.hex })}`] : []),
    ...plan.disks.flatMap((disk) => losses(speaker, disk)),
  ];
}

function readPlanLines(speaker: Speaker, plan: ReadPlan): string[] {
  return [
    speaker.texts('cli:plan.reads', { number: plan.number, disk: diskTitle(speaker, plan.disk), path: plan.disk.path }),
    speaker.texts('cli:plan.into', { destination: plan.destination, format: plan.format }),
  ];
}

function formatPlanLines(speaker: Speaker, plan: FormatPlan): string[] {
  return losses(speaker, plan.disk);
}

function whatOf(speaker: Speaker, plan: Plan): string[] {
  switch (plan.kind) {
    case 'write':
      return writePlanLines(speaker, plan);
    case 'read':
      return readPlanLines(speaker, plan);
    case 'format':
      return formatPlanLines(speaker, plan);
    case 'capture':
      return capturePlanLines(speaker, plan);
    case 'restore':
      return restorePlanLines(speaker, plan, (disk) => losses(speaker, disk));
    case 'windows-stick':
      return windowsPlanLines(speaker, plan, (disk) => losses(speaker, disk));
    case 'iso':
      return isoPlanLines(speaker, plan);
    case 'extract':
      return discLines(speaker, plan.image);
    case 'drivers':
      return driversPlanLines(speaker, plan);
    case 'winpe':
      return winpePlanLines(speaker, plan, (disk) => losses(speaker, disk));
    case 'verify':
    case 'convert':
      return diskImageLines(speaker, plan.image);
  }
}

/** The plan as the user sees it before anything happens: what is lost, then what is done, in order. */
export function planLines(speaker: Speaker, plan: Plan): string[] {
  const steps = planSteps(plan, speaker.texts).map((step, index) => `  ${String(index + 1).padStart(2)}. ${step}`);
  return [...whatOf(speaker, plan), speaker.texts('cli:plan.steps'), ...steps];
}

/** The disks that a plan writes to. */
export function writtenDisks(plan: Plan): readonly PlannedDisk[] {
  if (plan.kind === 'write' || plan.kind === 'restore' || plan.kind === 'windows-stick' || plan.kind === 'winpe') return plan.disks;
  return plan.kind === 'format' || plan.kind === 'drivers' ? [plan.disk] : [];
}
