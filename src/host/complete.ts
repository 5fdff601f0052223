import { busNamed, type LayoutEntry, type VolumeEntry } from './libraries.ts';
import { cleanText, type DiskFacts } from './facts.ts';

/** A disk with what it still lacks filled in from the libraries: serial, model and bus, and the used space of its volumes. */
export function completed(facts: DiskFacts, layouts: readonly LayoutEntry[] | null, volumes: readonly VolumeEntry[] | null): DiskFacts {
  const layout = layouts?.find((each) => each.device.toLowerCase() === facts.path.toLowerCase());
  const usedOf = (mountPoint: string): number | null => volumes?.find((each) => samePlace(each.mounted, mountPoint))?.usedBytes ?? null;
  return {
    ...facts,
    model: facts.model || cleanText(layout?.name),
    serial: facts.serial || cleanText(layout?.serialNum),
    bus: facts.bus === 'unknown' ? busNamed(layout?.interfaceType) : facts.bus,
    partitions: facts.partitions.map((part) => ({
      ...part,
      usedBytes: part.usedBytes ?? part.mountPoints.map(usedOf).find((used) => used !== null) ?? null,
    })),
  };
}

/** `E:` and `E:\` are the same place. */
const samePlace = (a: string, b: string): boolean => a.replace(/\\$/, '').toLowerCase() === b.replace(/\\$/, '').toLowerCase();
