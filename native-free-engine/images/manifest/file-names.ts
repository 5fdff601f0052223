// Apart from the reading of manifests: a worker thread that only writes image files need not load its schemas.

/** The files beside an image `NAME.qcow2`. */
export const manifestPath = (image: string): string => `${image}.json`;
export const sumsPath = (image: string): string => `${image}.sums`;
/** The name of the image file while it is being made; it gets its own name only when it is whole. */
export const partialPath = (image: string): string => `${image}.partial`;
/** The name of what a new image takes the place of, until that one is whole. */
export const replacedPath = (image: string): string => `${image}.replaced`;
/** What a capture needs to go on where it stopped. */
export const journalPath = (image: string): string => `${image}.journal`;
/** Piece `index` (from 0) of a split image: `NAME.qcow2.001`, ...; joined in order they are the qcow2. */
export const partPath = (image: string, index: number): string => `${image}.${String(index + 1).padStart(3, '0')}`;
