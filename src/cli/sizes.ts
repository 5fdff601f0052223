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
