/** Every number on the screen is made here, so that a language decides its own commas and units. */

const BYTE_UNITS = [
  ['terabyte', 1e12],
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1e3],
] as const;

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, options);
    formats.set(key, format);
  }
  return format;
}

function unitOf(bytes: number): readonly [string, number] {
  // 999.95 MB would be rounded to "1,000 MB": step up a unit just before that.
  return BYTE_UNITS.find(([, size]) => bytes >= size * 0.9995) ?? ['byte', 1];
}

/** A number stays on the line of its unit. */
const together = (text: string): string => text.replaceAll(' ', '\u00a0');

/** Decimal units, three significant digits, as printed on sticks: `31.9 GB`. */
export function formatBytes(language: string, bytes: number): string {
  const [unit, size] = unitOf(bytes);
  if (unit === 'byte') return formatExactBytes(language, bytes);
  return together(numberFormat(language, { style: 'unit', unit, maximumSignificantDigits: 3 }).format(bytes / size));
}

/** Every digit: `31,914,983,424 bytes`. */
export function formatExactBytes(language: string, bytes: number): string {
  return together(`${numberFormat(language, { maximumFractionDigits: 0 }).format(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`);
}

/** Bytes a second: `45.2 MB/s`. */
export function formatSpeed(language: string, bytesPerSecond: number): string {
  const [unit, size] = unitOf(Math.max(bytesPerSecond, 1000));
  const digits = bytesPerSecond / size >= 100 ? 0 : 1;
  // Not Intl's `megabyte-per-second`: its Dutch is "MB/sec", which nobody at a bench writes.
  const format = numberFormat(language, { style: 'unit', unit, minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${together(format.format(bytesPerSecond / size))}/s`;
}

/** Whole percents, rounded down, so that only what is finished reads 100 %. */
export function formatPercent(language: string, fraction: number): string {
  const whole = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
  return numberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(whole);
}

/** The two largest units that matter: `1 hr 5 min`, `2 min 10 sec`, `8 sec`. */
export function formatDuration(language: string, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [string, number][] =
    whole >= 3600 ? [['hour', Math.floor(whole / 3600)], ['minute', Math.floor((whole % 3600) / 60)]]
    : whole >= 60 ? [['minute', Math.floor(whole / 60)], ['second', whole % 60]]
    : [['second', whole]];
  return parts
    .filter(([, value], index) => index === 0 || value > 0)
    .map(([unit, value]) => together(numberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value)))
    .join(' ');
}

/** Time left, rounded to what an estimate can promise, so that it does not flicker. */
export function roundEstimate(seconds: number): number {
  const step = seconds > 600 ? 60 : seconds > 120 ? 10 : seconds > 30 ? 5 : 1;
  return Math.max(1, Math.ceil(seconds / step) * step);
}

/** Day before month and 24 hours in English too: a bench has readers from everywhere, and 3/11 is two days. */
const dated = (language: string): string => (language === 'en' ? 'en-GB' : language);

/** `14 Nov 2026, 10:32`; what is no moment is shown as it is. */
export function formatMoment(language: string, iso: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : new Intl.DateTimeFormat(dated(language), { dateStyle: 'medium', timeStyle: 'short' }).format(moment);
}

/** `14 Nov 2026` of `2026-11-14` or a moment of that day in UTC; what is no date is shown as it is. */
export function formatDay(language: string, iso: string): string {
  const day = new Date(iso.slice(0, 10));
  return Number.isNaN(day.getTime()) ? iso : new Intl.DateTimeFormat(dated(language), { dateStyle: 'medium', timeZone: 'UTC' }).format(day);
}

/** `14:03:27`. */
export function formatTimeOfDay(language: string, iso: string): string {
  return new Intl.DateTimeFormat(dated(language), { timeStyle: 'medium' }).format(new Date(iso));
}

/** `a, b and c`. */
export function formatList(language: string, items: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(items);
}
