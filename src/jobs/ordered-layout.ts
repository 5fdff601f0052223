import { headSource, readBytes, readLayout, type DiskImage, type Layout } from '../../native-free-engine/index.ts';

/** Of an image that is packed as one stream the first MiB must do, as long as it can. */
const HEAD_BYTES = 1 << 20;

/**
 * What an image holds whose bytes come in order only. Clonezilla keeps the tables in files of their own, so those are at
 * hand. Of a packed disk only the beginning is unpacked, except for the one thing that lies elsewhere: the records of
 * logical partitions, which are worth unpacking it for.
 */
export async function layoutOfOrdered(image: DiskImage): Promise<Layout> {
  if (image.format === 'clonezilla') return readLayout(image);
  const layout = await readLayout(headSource(await readBytes(image, 0, Math.min(HEAD_BYTES, image.size)), image.size));
  return layout.problems.some(({ code }) => code === 'ebr-unreadable') ? readLayout(image) : layout;
}
