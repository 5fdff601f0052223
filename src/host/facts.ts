import type { Disk } from '../contract/index.ts';

/** What a disk, or something stacked on it, is used for at this moment. */
export interface DiskUse {
  readonly kind: 'system' | 'swap' | 'raid' | 'lvm' | 'encrypted-in-use' | 'in-use' | 'mounted';
  /** The mount point, or the name of the device stacked on it. */
  readonly where: string;
}

/** Everything found out about a disk, before it is judged and numbered. */
export interface DiskFacts extends Omit<Disk, 'number' | 'verdict'> {
  readonly uses: readonly DiskUse[];
  /** There is something in it that can be read: false for an empty card reader. */
  readonly medium: boolean;
  /** A drive for CDs, DVDs or Blu-rays. */
  readonly optical: boolean;
  /** The system says it may be pulled out while running, whatever the removable flag says. */
  readonly hotplug: boolean;
  /** Soldered to the board (eMMC), although its bus is that of cards. */
  readonly soldered: boolean;
}

const MAX_TEXT = 128;

/** A name as a device claims it, made fit to show: control and direction characters go, length is capped. */
export function cleanText(text: unknown): string {
  if (typeof text !== 'string') return '';
  return text
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}
