import { invalid } from './context.ts';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, ki: 1024, mi: 1024 ** 2, gi: 1024 ** 3, ti: 1024 ** 4,
};

/**
 * `64M`, `1.5G` (powers of 1000) or `512MiB` (powers of 1024), in bytes.
 * @throws EngineError `argument-invalid`
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt]i?)?b?)$/i.exec(text.trim());
  const factor = FACTORS[(match?.[2] ?? '').toLowerCase()];
  if (!match || factor === undefined) throw invalid(`"${text}"`);
  return Math.round(Number(match[1]) * factor);
}

/** `1,3` or `1-3,5`, as partition numbers. @throws EngineError `argument-invalid` */
export function parseNumbers(text: string): number[] {
  const numbers = text.split(',').flatMap((part) => {
    const match = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!match || last < first) throw invalid(`"${text}"`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** `40` or `0.5`: MB a second, in bytes; 0 when nothing was said. @throws EngineError `argument-invalid` */
export function parseLimit(text: string | undefined): number {
  if (text === undefined) return 0;
  const megabytes = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(megabytes > 0)) throw invalid(`--limit ${text}`);
  return Math.round(megabytes * 1e6);
}

/** `10%` or `0.1`, as a part of 1; 1 when nothing was said. @throws EngineError `argument-invalid` */
export function parseShare(text: string | undefined): number {
  if (text === undefined) return 1;
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const share = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  if (!(share > 0 && share <= 1)) throw invalid(`--share ${text}`);
  return share;
}
