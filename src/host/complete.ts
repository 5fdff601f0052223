import { busNamed, type LayoutEntry, type VolumeEntry } from './libraries.ts';
import { cleanText, type DiskFacts } from './facts.ts';

/** A disk with what it still lacks filled in from the libraries: serial, model and bus. */
export function completed(facts: DiskFacts, layouts: readonly LayoutEntry[] | null): DiskFacts {
  const layout = layouts?.find((each) => each.device.toLowerCase() === facts.path.toLowerCase());
  return {
    ...facts,
    model: facts.model || cleanText(layout?.name),
    serial: facts.serial || cleanText(layout?.serialNum),
    bus: facts.bus === 'unknown' ? busNamed(layout?.interfaceType) : facts.bus,
  };
}

/** Something is mounted there, and the system does not say how full it is. */
export const lacksUsage = ({ partitions }: DiskFacts): boolean => partitions.some(({ mountPoints, usedBytes }) => mountPoints.length > 0 && usedBytes === null);

/** A disk with the used space of its volumes filled in where it is lacking. */
export function withUsage(facts: DiskFacts, volumes: readonly VolumeEntry[] | null): DiskFacts {
  const usedOf = (mountPoint: string): number | null => volumes?.find((each) => samePlace(each.mounted, mountPoint))?.usedBytes ?? null;
  return {
    ...facts,
    partitions: facts.partitions.map((part) => ({ ...part, usedBytes: part.usedBytes ?? part.mountPoints.map(usedOf).find((used) => used !== null) ?? null })),
  };
}

/** `E:` and `E:\` are the same place. */
const samePlace = (a: string, b: string): boolean => a.replace(/\\$/, '').toLowerCase() === b.replace(/\\$/, '').toLowerCase();
