import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { readIsoVolume } from './volume.ts';

export function recogniseIso9660(volume: Volume): FileSystemFacts | null {
  const iso = readIsoVolume(volume);
  return iso && facts('iso9660', { label: iso.label, uuid: iso.uuid, usedBytes: iso.size });
}
