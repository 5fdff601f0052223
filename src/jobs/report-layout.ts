import { partitionPurpose, type Partition, type PartitionRole, type Plan, type RestoreTarget } from '../contract/index.ts';
import { formatBytes, type Texts } from '../texts/index.ts';
import { html, tableRows, type Html, type Writer } from './report-markup.ts';

/** A partition as a report draws and lists it. Bytes. */
interface Line extends Pick<Partition, 'number' | 'offset' | 'length' | 'role' | 'name' | 'fileSystem'> {
  readonly type: string;
  /** What became of it, in a few words. */
  readonly taken: string;
  readonly leftOut: boolean;
}

interface Drawn {
  /** The disks that look so. */
  readonly numbers: readonly number[];
  readonly size: number;
  readonly lines: readonly Line[];
}

/** Partitions on one page of paper; the rest is on the screen. */
const ON_PAPER = 10;

const WIDTH = 720;
const HEIGHT = 26;
const FILLS: Readonly<Record<PartitionRole, string>> = {
  'efi-system': '#9dc1ee', 'system-reserved': '#9dc1ee', 'bios-boot': '#9dc1ee', os: '#8fd0b7', recovery: '#efc987', data: '#c6b5ea', swap: '#c9ced6',
  'microsoft-reserved': '#c9ced6', raid: '#e6b3c4', lvm: '#e6b3c4', extended: '#c9ced6', unknown: '#c9ced6',
};

/** The disk that was imaged, or what was put onto disks: drawn to scale, and what each partition is for. Null where a job knows of none. */
export function layouts(writer: Writer, plan: Plan): Html | null {
  const { texts } = writer;
  const drawn = layoutsOf(plan, writer).filter(({ lines }) => lines.length > 0);
  if (drawn.length === 0) return null;
  // Disks of many sizes get as many layouts; paper shows the first.
  return html`${drawn.map(({ numbers, size, lines }, index) => html`<div class="layout ${index > 0 ? 'screen' : ''}">${drawn.length > 1 ? html`<h3>${texts('report:layoutOf', { numbers: numbers.join(', ') })}</h3>` : null}
${drawing(size, lines)}${table(lines, plan.kind, writer)}</div>`)}
${drawn.length > 1 ? html`<p class="paper-line">${texts('report:more', { count: drawn.length - 1 })}</p>` : null}`;
}

function layoutsOf(plan: Plan, writer: Writer): Drawn[] {
  const { texts, language } = writer;
  const bytes = (value: number): string => formatBytes(value, language);
  if (plan.kind === 'capture') {
    const lines = plan.partitions.map((partition): Line => {
      const leftOut = plan.chosen !== null && !plan.chosen.includes(partition.number);
      const taken = partition.usedBytes ?? (partition.method === 'whole' ? partition.length : 0);
      return { ...partition, leftOut, taken: leftOut ? texts('report:leftOut') : partition.method === 'none' ? '–' : `${bytes(taken)}${partition.method === 'whole' ? `, ${texts('jobs:method.whole')}` : ''}` };
    });
    return [{ numbers: [plan.number], size: plan.disk.size, lines: withoutBoxes(lines) }];
  }
  if (plan.kind === 'restore') {
    const types = new Map(plan.image.partitions.map(({ number, type }) => [number, type]));
    return alike(plan.disks.map((target) => ({ numbers: [target.number], size: target.identity.size, lines: withoutBoxes(restored(target, types, writer)) })));
  }
  if (plan.kind === 'write') {
    const lines = plan.image.partitions.map((partition): Line => ({ ...partition, leftOut: false, taken: partition.usedBytes === null ? '–' : bytes(partition.usedBytes) }));
    const sizes = plan.disks.map(({ number, identity }) => ({ numbers: [number], size: identity.size, lines: withoutBoxes(lines) }));
    return alike(sizes);
  }
  return [];
}

const withoutBoxes = (lines: readonly Line[]): Line[] => lines.filter(({ role, number }) => role !== 'extended' && number > 0);

function restored({ layout }: RestoreTarget, types: ReadonlyMap<number, string>, { texts, language }: Writer): Line[] {
  return [...layout].sort((a, b) => a.number - b.number).map(({ number, name, role, fileSystem, usedBytes, from, to, grown }) => ({
    number, name, role, fileSystem, type: types.get(number) ?? '', offset: to?.offset ?? 0, length: to?.length ?? from.length, leftOut: to === null,
    taken: to === null ? texts('report:leftOut') : [formatBytes(usedBytes, language), grown ? texts('report:grownFrom', { from: from.length }) : ''].filter(Boolean).join(', '),
  }));
}

/** Disks with the same layout are drawn once. */
function alike(drawn: readonly Drawn[]): Drawn[] {
  const groups = new Map<string, Drawn>();
  for (const one of drawn) {
    const key = JSON.stringify([one.size, one.lines]);
    groups.set(key, { ...one, numbers: [...(groups.get(key)?.numbers ?? []), ...one.numbers] });
  }
  return [...groups.values()];
}

function drawing(size: number, lines: readonly Line[]): Html | null {
  if (size <= 0) return null;
  const x = (offset: number): number => Math.max(0, Math.min(WIDTH, (offset / size) * WIDTH));
  const parts = lines.filter(({ leftOut }) => !leftOut).map(({ number, offset, length, role }) => {
    const left = x(offset);
    const width = Math.max(1.5, x(offset + length) - left);
    const label = width > 16 ? html`<text x="${(left + width / 2).toFixed(1)}" y="${HEIGHT / 2 + 4}" text-anchor="middle">${number}</text>` : null;
    return html`<rect x="${left.toFixed(1)}" y="1" width="${width.toFixed(1)}" height="${HEIGHT - 2}" fill="${FILLS[role]}"/>${label}`;
  });
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><rect class="whole" x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}"/>${parts}</svg>`;
}

function table(lines: readonly Line[], kind: Plan['kind'], { texts, language }: Writer): Html {
  const columns = ['partition', 'for', 'size', kind === 'capture' ? 'taken' : kind === 'restore' ? 'restored' : 'used'];
  const rows = lines.map((line) => {
    const purpose = partitionPurpose(line, lines);
    const without = line.leftOut ? html` <span class="accepted">${texts(`jobs:without.${purpose}`)}</span>` : null;
    return html`<tr><td class="name"><span class="clamp"><span class="swatch" style="background:${FILLS[line.role]}"></span>${line.number} ${partitionName(line, texts)}</span></td><td><span class="clamp">${texts(`jobs:purpose.${purpose}`)}${without}</span></td>
<td class="figure">${formatBytes(line.length, language)}</td><td>${line.taken}</td></tr>`;
  });
  const head = columns.map((column) => html`<th scope="col">${texts(`report:column.${column}`)}</th>`);
  return html`<table class="partitions"><thead><tr>${head}</tr></thead>${tableRows(rows, ON_PAPER, columns.length, texts)}</table>`;
}

/** `NTFS "Windows"`, else what its type says. */
export function partitionName({ role, fileSystem, name }: Pick<Partition, 'role' | 'fileSystem' | 'name'>, texts: Texts): string {
  const kind = fileSystem && fileSystem.kind !== 'unknown' ? (FILE_SYSTEM_NAMES[fileSystem.kind] ?? fileSystem.kind) : '';
  // The name in the table mostly says the role once more.
  const called = fileSystem?.label || (role === 'data' || role === 'unknown' ? name : '');
  return [kind || texts(`jobs:role.${role}`), called ? `“${called}”` : ''].filter(Boolean).join(' ');
}

const FILE_SYSTEM_NAMES: Readonly<Record<string, string>> = {
  ntfs: 'NTFS', fat12: 'FAT12', fat16: 'FAT16', fat32: 'FAT32', exfat: 'exFAT', refs: 'ReFS', xfs: 'XFS', btrfs: 'Btrfs', iso9660: 'ISO 9660', udf: 'UDF', bitlocker: 'BitLocker', luks: 'LUKS',
};
