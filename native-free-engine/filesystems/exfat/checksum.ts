/** VolumeFlags and PercentInUse change while the volume is used: the checksum leaves them out (3.4). */
export const EXFAT_NOT_SUMMED = new Set([106, 107, 112]);

/**
 * The checksum of the boot region and of the up-case table: rotate right by
 * one, add the byte (exFAT specification, 3.4 and 7.2.2).
 */
export function exfatChecksum(data: Uint8Array, skip: ReadonlySet<number> = new Set()): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    if (skip.has(i)) continue;
    sum = ((sum << 31) | (sum >>> 1)) + (data[i] ?? 0);
  }
  return sum >>> 0;
}
