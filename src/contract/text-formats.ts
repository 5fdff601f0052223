/**
 * What texts are filled with, in words; i18next hands over the value and what stands in brackets behind the format's name.
 * The same in window, terminal and report.
 */
/** What stands in the brackets. */
export type FormatOptions = Readonly<Record<string, unknown>>;

/** `{{files, noun(one: file; other: files)}}`: for texts with other numbers than `count`. */
export const nounFor = (value: unknown, { one, other }: FormatOptions): string => String(Number(value) === 1 ? one : other);

/**
 * `{{number, partition}}`, `{{number, partition(start: true)}}` where a sentence starts with it: `partition 3`; the whole disk where
 * a file system has no table around it, and the number 0.
 */
export function partitionFor(value: unknown, { start }: FormatOptions, text: (key: string, params: { readonly numbers: string }) => string): string {
  const numbers = String(value);
  const words = text(numbers === '0' ? 'jobs:volume.whole' : 'jobs:volume.partition', { numbers });
  return start ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

/** `{{number, partition}}{{name, named}}`: a name behind what it names, where there is one. */
export const nameBehind = (value: unknown): string => (String(value).trim() === '' ? '' : ` ${String(value)}`);
