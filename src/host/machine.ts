import { cpus, release, totalmem, type as systemType } from 'node:os';
import type { Machine } from '../contract/index.ts';
import { cleanText } from './facts.ts';
import { patient } from './patience.ts';

/** What makers leave in these fields who did not fill them in. */
const FILLERS = /^(?:to be filled by o\.?e\.?m\.?|default string|system (?:manufacturer|product name|serial number|version)|not (?:specified|applicable|available)|none|unknown|n\/a|o\.e\.m\.|0+|x+|\.+|123456789)$/i;

/** A field as the firmware gives it; empty for a filler. */
export function machineText(value: unknown): string {
  const text = cleanText(value);
  return FILLERS.test(text) ? '' : text;
}

/** How long a report waits for it. */
const TIMEOUT_MS = 10_000;

type Own = Partial<Pick<Machine, 'maker' | 'model' | 'serial' | 'firmware' | 'system'>>;

/** Finds out once what this computer is, with what every system knows filled in. */
export function machineReader(read: () => Promise<Own>): () => Promise<Machine | null> {
  let found: Promise<Machine> | null = null;
  const look = async (): Promise<Machine> => {
    const late = new Promise<Own>((resolve) => setTimeout(() => resolve({}), patient(TIMEOUT_MS)).unref());
    const own = await Promise.race([read().catch((): Own => ({})), late]);
    return {
      maker: machineText(own.maker), model: machineText(own.model), serial: machineText(own.serial), firmware: machineText(own.firmware),
      system: cleanText(own.system) || `${systemType()} ${release()}`, memory: totalmem(), processor: cleanText(cpus()[0]?.model),
    };
  };
  return () => (found ??= look());
}
