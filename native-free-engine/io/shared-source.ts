import type { BlockSource } from './types.ts';

/** A source for several readers: none of them closes it. */
export function sharedSource(source: BlockSource): BlockSource {
  return { size: source.size, sectorSize: source.sectorSize, readInto: (offset, buffer) => source.readInto(offset, buffer), close: () => Promise.resolve() };
}
