/** `DriverVer` of an INF: the day and the four-part version (INF DriverVer Directive). */
export interface DriverVersion {
  /** `2026-01-31`, or empty where there is none. */
  readonly date: string;
  /** Four numbers with points between them, or empty. */
  readonly version: string;
}

/** `mm/dd/yyyy[,w.x.y.z]`; what makes no sense counts as none, as Windows has it. */
export function parseDriverVersion(values: readonly string[]): DriverVersion {
  const [, month = '', day = '', year = ''] = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(values[0]?.trim() ?? '') ?? [];
  const date = year === '' ? '' : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const real = date !== '' && !Number.isNaN(Date.parse(`${date}T00:00:00Z`)) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
  const parts = (values[1]?.trim() ?? '').split('.');
  const numbers = parts.map(Number);
  const good = parts.length <= 4 && parts.every((part) => /^\d{1,10}$/.test(part)) && numbers.every((part) => part <= 0xffff);
  return { date: real ? date : '', version: good ? [...numbers, 0, 0, 0].slice(0, 4).join('.') : '' };
}

/**
 * Which of two versions of the same rank Windows takes: the later day, and of one day the higher version
 * (How Windows Ranks Drivers). Positive when `a` wins.
 */
export function compareDriverVersions(a: DriverVersion, b: DriverVersion): number {
  if (a.date !== b.date) return a.date > b.date ? 1 : -1;
  const [left, right] = [a, b].map(({ version }) => version.split('.').map(Number));
  for (let i = 0; i < 4; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
