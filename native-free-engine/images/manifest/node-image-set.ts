import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EngineError, errnoOf } from '../../base/errors.ts';
import { sumsPath } from './file-names.ts';
import { MAX_MANIFEST_BYTES, parseManifest, type Manifest } from './manifest.ts';
import { parseSums, type Sums } from './sums.ts';

/** A manifest and where it was found. */
export interface FoundManifest {
  /** The image it describes, as it should lie beside it. */
  readonly image: string;
  readonly path: string;
  readonly manifest: Manifest;
  /** SHA-256 of the manifest file's bytes, hexadecimal. */
  readonly sha256: string;
}

/** @throws EngineError `image-manifest-missing`, `image-manifest-invalid`, `image-unreadable` */
export async function readManifest(path: string): Promise<FoundManifest> {
  const text = await readBounded(path, MAX_MANIFEST_BYTES, () => new EngineError('image-manifest-missing', { path }));
  const manifest = parseManifest(text.toString('utf8'), path);
  // The manifest's own place counts, not the name in it: both may have been renamed together.
  const image = path.endsWith('.json') ? path.slice(0, -'.json'.length) : join(dirname(path), manifest.image.name);
  return { image, path, manifest, sha256: createHash('sha256').update(text).digest('hex') };
}

/**
 * The hashes that belong to a manifest.
 * @throws EngineError `image-part-missing`, `image-manifest-invalid`, `image-manifest-other`
 */
export async function readSums(found: FoundManifest): Promise<Sums> {
  const path = sumsPath(found.image);
  const data = await readBounded(path, found.manifest.sums.bytes, () => new EngineError('image-part-missing', { path: found.image, part: basename(path) }));
  if (createHash('sha256').update(data).digest('hex') !== found.manifest.sums.sha256) {
    throw new EngineError('image-manifest-other', { path: found.path, what: basename(path) });
  }
  const sums = parseSums(new Uint8Array(data.buffer, data.byteOffset, data.length), path);
  if (sums.virtualSize !== found.manifest.image.virtualSize || sums.clusterSize !== found.manifest.image.clusterSize) {
    throw new EngineError('image-manifest-other', { path: found.path, what: 'size' });
  }
  return sums;
}

async function readBounded(path: string, limit: number, missing: () => EngineError): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > limit) throw new EngineError('image-manifest-invalid', { path, reason: 'too-large' });
    return await readFile(path);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (errnoOf(error) === 'ENOENT') throw missing();
    throw new EngineError('image-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  }
}
