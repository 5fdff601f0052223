import { randomGuid } from '../struct/index.ts';
import type { DiskMap } from './disk-map.ts';

/** What a disk and its partitions are known by. */
export interface Identifiers {
  /** GPT disk GUID, or MBR disk signature as eight hexadecimal digits; empty without a table. */
  readonly diskId: string;
  /** GPT partition GUIDs by partition number; empty elsewhere. */
  readonly partitionIds: ReadonlyMap<number, string>;
}

/** The identifiers that a disk has. */
export const ownIdentifiers = (map: DiskMap): Identifiers => ({ diskId: map.diskId, partitionIds: new Map(map.partitions.map((p) => [p.number, p.id])) });

/**
 * Fresh ones, for a copy that will be attached together with its original.
 * @param guid makes random GUIDs
 */
export function newIdentifiers(map: DiskMap, guid: () => string = randomGuid): Identifiers {
  if (map.table === 'none') return ownIdentifiers(map);
  if (map.table === 'mbr') {
    // Windows takes a signature of zeros for none.
    let signature = '';
    while (signature === '' || /^0+$/.test(signature)) signature = guid().slice(0, 8).toUpperCase();
    return { diskId: signature, partitionIds: new Map(map.partitions.map((p) => [p.number, p.id])) };
  }
  return { diskId: guid(), partitionIds: new Map(map.partitions.map((p) => [p.number, guid()])) };
}
