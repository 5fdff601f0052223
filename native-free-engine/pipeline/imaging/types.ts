/** How much memory imaging may use: the peak of the whole process stays under 200, 400 and 1200 MB. */
export type MemoryLevel = 'low' | 'medium' | 'high';

/** none: clusters as they are; fast, balanced, small: zstd levels 1, 3 and 9. */
export type Compression = 'none' | 'fast' | 'balanced' | 'small';

export interface ImagingProgress {
  /** Bytes of used data done, of all that there is. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes a second over the last seconds. */
  readonly speed: number;
  readonly etaSeconds: number | null;
  /** Bytes of the image file so far (capture). */
  readonly stored: number;
  /** Reading a bad place again right now. */
  readonly retrying: boolean;
  /** Bytes given up as unreadable so far. */
  readonly badBytes: number;
  /** Seconds since anything moved, when it has been long; else 0. */
  readonly stalledSeconds: number;
}

/** A disk as worker threads open it: each opens it for itself. */
export interface DeviceAddress {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Logical, bytes. */
  readonly sectorSize: number;
  /** The system reads whole sectors only (raw devices of Windows and macOS). */
  readonly wholeSectors: boolean;
}
