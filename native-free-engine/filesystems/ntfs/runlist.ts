import { reject } from './faults.ts';

/** Clusters in a row. */
export interface Run {
  /** The first; null for a hole, which reads as zeros. */
  readonly cluster: number | null;
  readonly length: number;
}

/**
 * Runs of clusters: one byte gives the widths of the length and of the signed step from the run before.
 * @param clusters how many the volume has
 * @throws EngineError `struct-invalid` for a run that reaches beyond the volume
 */
export function decodeRunlist(data: Uint8Array, clusters: number): Run[] {
  const runs: Run[] = [];
  let cluster = 0;
  let total = 0;
  let at = 0;
  for (;;) {
    const widths = data[at++] ?? 0;
    if (widths === 0) return runs;
    const lengthWidth = widths & 0x0f;
    const stepWidth = widths >> 4;
    if (lengthWidth === 0 || lengthWidth > 8 || stepWidth > 8 || at + lengthWidth + stepWidth > data.length) throw reject('NtfsRunlist', 'widths');
    const length = littleEndian(data, at, lengthWidth, false);
    at += lengthWidth;
    total += length;
    if (length < 1 || !Number.isSafeInteger(total)) throw reject('NtfsRunlist', 'length');
    if (stepWidth === 0) {
      runs.push({ cluster: null, length });
      continue;
    }
    cluster += littleEndian(data, at, stepWidth, true);
    at += stepWidth;
    if (cluster < 0 || cluster + length > clusters) throw reject('NtfsRunlist', 'cluster');
    runs.push({ cluster, length });
  }
}

function littleEndian(data: Uint8Array, at: number, width: number, signed: boolean): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (data[at + i] ?? 0);
  return signed && value >= 2 ** (width * 8 - 1) ? value - 2 ** (width * 8) : value;
}
