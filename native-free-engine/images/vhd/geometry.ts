/** What a BIOS would call the disk's geometry. */
export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

/** Sectors that a footer's geometry can tell of at most. */
const MAX_SECTORS = 65_535 * 16 * 255;

/** Microsoft, Virtual Hard Disk Image Format Specification 1.0, appendix "CHS Calculation". */
export function vhdGeometry(sectors: number): Geometry {
  const total = Math.min(sectors, MAX_SECTORS);
  const geometry = (heads: number, sectorsPerTrack: number): Geometry => ({ cylinders: Math.floor(Math.floor(total / sectorsPerTrack) / heads), heads, sectorsPerTrack });
  if (total >= 65_535 * 16 * 63) return geometry(16, 255);
  const tracks = Math.floor(total / 17);
  const heads = Math.max(4, Math.floor((tracks + 1023) / 1024));
  if (tracks < heads * 1024 && heads <= 16) return geometry(heads, 17);
  return Math.floor(total / 31) < 16 * 1024 ? geometry(16, 31) : geometry(16, 63);
}
