import { optional } from '../optional.ts';
import { facts, type FileSystemFacts, type Volume } from '../types.ts';
import { hasUdfRecognition, readUdfVolume } from './volume.ts';

export async function recogniseUdf(volume: Volume): Promise<FileSystemFacts | null> {
  if (!hasUdfRecognition(volume)) return null;
  const udf = await optional(() => readUdfVolume(volume.source), null);
  return facts('udf', { label: udf?.label ?? '', uuid: udf?.uuid ?? '' });
}
