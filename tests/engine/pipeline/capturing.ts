import { normalize, type Extent } from '../../../native-free-engine/base/extent.ts';
import { captureDisk, type CaptureOptions, type CaptureResult } from '../../../native-free-engine/index.ts';
import type { DiskMap } from '../../../native-free-engine/layout/disk-map.ts';

/** A disk without a table of which only `used` counts. */
export const mapOf = (size: number, used: readonly Extent[]): DiskMap => ({ size, sectorSize: 512, table: 'none', diskId: '', partitions: [], used: normalize(used) });

export const optionsFor = (disk: string, map: DiskMap, destination: string, more: Partial<CaptureOptions> = {}): CaptureOptions => ({
  source: { path: disk, size: map.size, sectorSize: map.sectorSize, wholeSectors: false },
  overlays: [],
  map,
  identity: {
    machine: 'bench', system: 'Linux', model: 'Test disk', serial: 'T-1', bus: 'file', path: disk, number: 1, size: map.size,
    logicalSectorSize: 512, physicalSectorSize: 512,
  },
  destination,
  compression: 'balanced',
  memory: 'low',
  bytesPerSecond: 0,
  partBytes: 0,
  description: '',
  purpose: 'test',
  program: { name: 'Werkbank', version: '0.0.0' },
  parent: null,
  resume: false,
  overwrite: false,
  signal: new AbortController().signal,
  report: () => undefined,
  ...more,
});

export const capture = (disk: string, map: DiskMap, destination: string, more: Partial<CaptureOptions> = {}): Promise<CaptureResult> =>
  captureDisk(optionsFor(disk, map, destination, more));
