import {
  checkBmapFits, classifyImage, EngineError, findBmap, findChecksums, headSource, openImage, readLayout, totalLength,
  type BlockMap, type ImageSource,
} from '../../native-free-engine/index.ts';
import type { ImageInfo, Partition } from '../contract/index.ts';

/** The block map beside an image; null when there is none. @throws EngineError `bmap-malformed`, `bmap-size-mismatch` */
export async function mapOf(image: ImageSource, signal: AbortSignal): Promise<BlockMap | null> {
  const map = await findBmap(image.location, { signal });
  if (map && image.size !== null) checkBmapFits(map, image.size);
  return map;
}

/** What an image is: nothing is written, and of a packed image only the beginning is unpacked. */
export async function inspectImage(location: string, options: { readonly tempDir: string; readonly signal: AbortSignal }): Promise<ImageInfo> {
  const image = await openImage(location, options);
  try {
    const map = await mapOf(image, options.signal);
    // Of a packed image the first MiB must do.
    const layout = await readLayout(image.block ?? headSource(image.head, image.size));
    const recognised = await classifyImage(image.head, image.size, image.block ?? undefined);
    return {
      location,
      name: image.name,
      chain: [...image.chain],
      size: image.size,
      storedSize: image.storedSize,
      kind: recognised.kind,
      table: layout.table,
      partitions: layout.partitions.map((partition): Partition => ({ ...partition, mountPoints: [] })),
      label: recognised.label,
      mappedBytes: map && totalLength(map.mapped),
      expected: await findChecksums(location, { signal: options.signal }),
    };
  } finally {
    await image.close();
  }
}

/** @throws EngineError `image-windows-iso`, `image-not-hybrid-iso`: written raw, they would not boot */
export function checkWorthWriting(image: ImageInfo): void {
  if (image.kind === 'windows-iso') throw new EngineError('image-windows-iso', { name: image.name });
  if (image.kind === 'plain-iso') throw new EngineError('image-not-hybrid-iso', { name: image.name });
}
