import { partitionPurpose, type CapturedPartition, type CapturePlan, type DiskImageInfo, type ImagedPartition, type PlacedPartition, type PlannedDisk, type RestorePlan } from '../contract/index.ts';
import { noteText } from '../jobs/report-imaging.ts';
import { formatBytes, formatSpeed } from '../texts/index.ts';
import type { Context } from './context.ts';
import { diskTitle, partitionLine } from './disk-text.ts';

type Speaker = Pick<Context, 'texts' | 'language'>;

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(', ');

/** `2026-03-01 14:05`: a moment as people write it in a list, by this computer's clock. */
export function moment(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function capturedLine(speaker: Speaker, partition: CapturedPartition | ImagedPartition): string {
  const { texts } = speaker;
  const { method, usedBytes, conditions } = partition;
  const hold = 'hold' in partition ? partition.hold : null;
  return joined([
    partitionLine(speaker, { ...partition, usedBytes: null }),
    texts(`jobs:method.${method}`),
    method === 'none' || usedBytes === null ? '' : texts('cli:partition.takes', { used: usedBytes }),
    hold === null ? '' : texts(`jobs:hold.${hold}`),
    ...conditions.map((condition) => texts(`jobs:condition.${condition}`)),
  ]);
}

/** What a partition is for; and where it stays behind, what is missed without it. */
function purposeLine({ texts }: Speaker, partition: Parameters<typeof partitionPurpose>[0], all: readonly Parameters<typeof partitionPurpose>[0][], leftOut: boolean): string {
  const purpose = partitionPurpose(partition, all);
  const said = texts(`jobs:purpose.${purpose}`);
  return leftOut ? `${said}. ${texts('cli:partition.leftOut', { lost: texts(`jobs:without.${purpose}`) })}` : said;
}

export function capturePlanLines(speaker: Speaker, plan: CapturePlan): string[] {
  const { texts, language } = speaker;
  const { destination, estimatedBytes: estimate, freeBytes: free } = plan;
  return [
    texts('cli:plan.capture', { number: plan.number, disk: diskTitle(speaker, plan.disk), path: plan.disk.path }),
    `    ${texts('cli:plan.captureTable', { table: texts(`jobs:table.${plan.table}`), used: plan.usedBytes })}`,
    ...plan.partitions.flatMap((partition) => [
      `    ${capturedLine(speaker, partition)}`,
      `      ${purposeLine(speaker, partition, plan.partitions, plan.chosen !== null && !plan.chosen.includes(partition.number))}`,
    ]),
    free === null ? texts('cli:plan.captureIntoUnknown', { destination, estimate }) : texts('cli:plan.captureInto', { destination, estimate, free }),
    `    ${joined([
      texts('cli:plan.options', { compression: texts(`jobs:compression.${plan.compression}`), memory: texts(`jobs:memory.${plan.memory}`) }),
      plan.bytesPerSecond > 0 ? texts('cli:plan.limited', { speed: formatSpeed(plan.bytesPerSecond, language) }) : '',
      plan.partBytes > 0 ? texts('cli:plan.split', { bytes: plan.partBytes }) : '',
    ])}`,
    ...plan.notes.map((note) => `  - ${noteText(note, texts)}`),
    ...plan.stops.map(({ code, partitions }) => `  ! ${texts('cli:plan.stop', { numbers: partitions.join(', '), condition: texts(`jobs:condition.${code}`), code })}`),
  ];
}

function placedLine(speaker: Speaker, partition: PlacedPartition, to: NonNullable<PlacedPartition['to']>): string {
  const { texts, language } = speaker;
  const { number, name, role, fileSystem, usedBytes, grown, moved, from } = partition;
  return joined([
    texts('cli:partition.number', { number }),
    formatBytes(to.length, language),
    fileSystem?.kind ?? '',
    fileSystem?.label ? `"${fileSystem.label}"` : name ? `"${name}"` : '',
    role === 'unknown' || role === 'data' ? '' : texts(`jobs:role.${role}`),
    texts('cli:partition.used', { used: usedBytes }),
    moved ? texts('cli:plan.moved') : '',
    grown ? texts('cli:plan.grown', { from: from.length }) : '',
  ]);
}

/** @param losses what a disk loses, as every plan that writes says it */
export function restorePlanLines(speaker: Speaker, plan: RestorePlan, losses: (disk: PlannedDisk) => string[]): string[] {
  const { texts } = speaker;
  return [
    ...diskImageLines(speaker, plan.image),
    ...plan.notes.map((note) => `  - ${noteText(note, texts)}`),
    ...plan.disks.flatMap((disk) => [
      ...losses(disk),
      `    ${texts('cli:plan.newLayout')}`,
      ...disk.layout.flatMap((partition) => [
        `      ${partition.to ? placedLine(speaker, partition, partition.to) : texts('cli:partition.number', { number: partition.number })}`,
        `        ${purposeLine(speaker, partition, disk.layout, partition.to === null)}`,
      ]),
      ...disk.notes.map((note) => `    - ${noteText(note, texts)}`),
      `    ${texts('cli:plan.rest', { rest: texts(`jobs:rest.${plan.rest}`) })}`,
    ]),
  ];
}

/** A disk image in some lines: what `werkbank inspect` shows, and plans begin with. */
export function diskImageLines(speaker: Speaker, image: DiskImageInfo): string[] {
  const { texts } = speaker;
  const format = texts(`jobs:format.${image.format}`);
  const { identity } = image;
  const lines = [
    texts('cli:plan.image', { name: image.location }),
    `    ${joined([
      image.variant ? texts('cli:diskImage.format', { format, variant: image.variant }) : format,
      texts('cli:diskImage.size', { size: image.size }),
      image.usedBytes === null ? '' : texts('cli:diskImage.used', { bytes: image.usedBytes }),
      texts('cli:diskImage.stored', { bytes: image.storedBytes }),
      identity && identity.parts > 0 ? texts('cli:diskImage.parts', { parts: identity.parts }) : '',
      image.volumeOnly ? texts('cli:diskImage.volumeOnly') : texts(`jobs:table.${image.table}`),
    ])}`,
  ];
  for (const partition of image.partitions) lines.push(`    ${identity ? capturedLine(speaker, partition) : partitionLine(speaker, partition)}`);
  if (identity) lines.push(...identityLines(speaker, identity));
  for (const { name, path, lastSeen } of image.chain) {
    lines.push(`    ${path === null ? texts('cli:diskImage.buildsOnMissing', { name, lastSeen }) : texts('cli:diskImage.buildsOn', { name, path })}`);
  }
  return lines;
}

function identityLines(speaker: Speaker, identity: NonNullable<DiskImageInfo['identity']>): string[] {
  const { texts } = speaker;
  const { source, bad } = identity;
  const machine = source.machine ? texts('cli:diskImage.machine', { machine: source.machine }) : '';
  const lines = [
    texts('cli:diskImage.made', {
      when: moment(identity.createdAt), program: identity.program.name, version: identity.program.version, compression: texts(`jobs:compression.${identity.compression}`),
    }),
    texts('cli:diskImage.from', { disk: diskTitle(speaker, { ...source, id: source.path }), machine }),
    identity.description ? texts('cli:diskImage.description', { text: identity.description }) : '',
    identity.purpose ? texts('cli:diskImage.purpose', { text: identity.purpose }) : '',
    bad.count > 0 ? texts('cli:diskImage.bad', { bytes: bad.bytes, places: bad.count }) : '',
    texts('cli:diskImage.id', { id: identity.id }),
    texts('cli:diskImage.manifest', { hex: identity.manifestSha256 }),
  ];
  return lines.filter((line) => line !== '').map((line) => `    ${line}`);
}
