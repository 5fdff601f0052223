import type { ImagingOutcome, Plan } from '../contract/index.ts';
import { formatBytes, type Language, type Texts } from '../texts/index.ts';

/** Places that could not be read, listed; a report is to be read by people. */
const MOST_PLACES = 100;

/** A line of what a report says of an image: the key of its name under `report:fact`, and the value. */
export type ImagingFact = readonly [name: string, value: string];

/** How much of what was in use the image takes. Null when there is nothing to compare. */
function ratioOf({ usedBytes, storedBytes }: ImagingOutcome): number | null {
  return storedBytes === null || usedBytes === 0 ? null : Math.round((storedBytes / usedBytes) * 1000) / 10;
}

/** Everything worth knowing about the image of a job, in the order that people ask for it. */
export function imagingFacts(imaging: ImagingOutcome, plan: Plan, texts: Texts, language: Language): ImagingFact[] {
  const facts: ImagingFact[] = [['location', imaging.path]];
  const add = (name: string, value: string): void => {
    if (value !== '') facts.push([name, value]);
  };
  const list = (items: readonly string[]): string => items.join('; ');
  add('imageId', imaging.imageId ?? '');
  add('used', imaging.usedBytes > 0 ? formatBytes(imaging.usedBytes, language) : '');
  const ratio = ratioOf(imaging);
  if (imaging.storedBytes !== null) {
    add('stored', ratio === null ? formatBytes(imaging.storedBytes, language) : texts('report:imaging.ratio', { stored: imaging.storedBytes, percent: ratio }));
  }
  add('manifest', imaging.manifestSha256 ?? '');
  add('chain', list(imaging.chain));
  add('overridden', list(imaging.overridden.map(({ code, partitions }) => texts('report:imaging.condition', { numbers: partitions.join(', '), condition: texts(`jobs:condition.${code}`) }))));
  add('leftOut', list(imaging.leftOut.map((file) => texts('report:imaging.leftOut', file))));
  add('identifiers', imaging.identifiers === null ? '' : texts(`report:imaging.identifiers.${imaging.identifiers}`));
  add('grown', list(imaging.grown.map(({ partition, from, to, fileSystem }) => texts(`report:imaging.${fileSystem ? 'grown' : 'grownOnly'}`, { partition, from, to }))));
  const { verified } = imaging;
  if (verified) add('verified', texts('report:imaging.verified', { checked: verified.checked, clusters: verified.clusters, damaged: verified.damaged.length }));
  add('resumed', imaging.resumed ? texts('report:imaging.resumed') : '');
  // What was left out has a line of its own.
  const notes = [...imaging.notes, ...(plan.kind === 'capture' || plan.kind === 'restore' ? plan.notes : [])].filter(({ code }) => code !== 'left-out' || imaging.leftOut.length === 0);
  add('notes', [...new Set(notes.map((note) => noteText(note, texts)))].join(' '));
  return facts;
}

/** A note of a plan in words. */
export function noteText(note: { readonly code: string; readonly params: Readonly<Record<string, string | number>> }, texts: Texts): string {
  const { condition } = note.params;
  return texts(`jobs:note.${note.code}`, { ...note.params, ...(typeof condition === 'string' ? { condition: texts(`jobs:condition.${condition}`) } : {}) });
}

/** What could not be read, and whose it was: a place and its files for each line. */
export function badLines(imaging: ImagingOutcome, texts: Texts): { readonly place: string; readonly files: string }[] {
  const lines = imaging.bad.places.slice(0, MOST_PLACES).map(({ offset, length, partition, files }) => ({
    place: texts(partition === null ? 'report:imaging.bad' : 'report:imaging.badPartition', { offset, length, partition: partition ?? 0 }),
    files: files.length === 0 ? texts('report:imaging.noFiles') : files.join(', '),
  }));
  if (imaging.bad.count > lines.length) lines.push({ place: texts('report:imaging.badMore', { count: imaging.bad.count - lines.length }), files: '' });
  return lines;
}

/** The image in one line, for a terminal. */
export function imagingLine(imaging: ImagingOutcome, texts: Texts): string | null {
  const percent = ratioOf(imaging);
  return percent === null || imaging.storedBytes === null ? null : texts('report:imaging.used', { used: imaging.usedBytes, stored: imaging.storedBytes, percent });
}
