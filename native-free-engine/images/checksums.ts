import { throwIfAborted } from '../base/abort.ts';
import { EngineError } from '../base/errors.ts';
import { createHasher, type ChecksumAlgorithm } from '../codecs/checksums.ts';
import { alignedBuffer } from '../io/aligned-buffer.ts';
import { openGuardedFile } from '../io/node-guarded-file.ts';
import { streamRange } from '../io/stream-range.ts';
import { readBeside } from './node-beside.ts';
import { locationName } from './node-location.ts';
import type { ExpectedChecksum } from './types.ts';

const MAX_LIST_BYTES = 4 << 20;
const READ_BYTES = 4 << 20;
/** Strongest first. */
const ALGORITHMS: readonly { readonly name: ChecksumAlgorithm; readonly hexLength: number }[] = [
  { name: 'sha256', hexLength: 64 },
  { name: 'sha1', hexLength: 40 },
  { name: 'md5', hexLength: 32 },
];

/**
 * What a user typed or pasted: `sha256:…`, `SHA-1: …`, or the bare hexadecimal, told apart by its length.
 * @throws EngineError `checksum-malformed`
 */
export function parseChecksum(value: string): ExpectedChecksum {
  const match = /^\s*(?:(sha-?256|sha-?1|md5)\s*[:=]\s*)?([0-9a-f]+)\s*$/i.exec(value);
  const hex = match?.[2]?.toLowerCase() ?? '';
  const said = match?.[1]?.toLowerCase().replace('-', '');
  const algorithm = ALGORITHMS.find(({ hexLength }) => hexLength === hex.length)?.name;
  if (!algorithm || (said !== undefined && said !== algorithm)) throw new EngineError('checksum-malformed', { value: value.slice(0, 100) });
  return { algorithm, hex, from: null };
}

/**
 * Looks for the image's checksums in the files that publishers put beside an
 * image. They are those of the file as stored, packed as it is.
 * @returns at most one for each algorithm, the strongest first
 * @throws AbortError
 */
export async function findChecksums(location: string, options: { readonly signal?: AbortSignal } = {}): Promise<ExpectedChecksum[]> {
  const image = locationName(location);
  const found: ExpectedChecksum[] = [];
  for (const { name: algorithm } of ALGORITHMS) {
    const upper = algorithm.toUpperCase();
    for (const list of [`${image}.${algorithm}`, `${image}.${algorithm}sum`, `${upper}SUMS`, `${upper}SUMS.txt`, `${algorithm}sum.txt`]) {
      const bytes = await readBeside(location, list, MAX_LIST_BYTES, options.signal);
      const hex = bytes && checksumIn(Buffer.from(bytes).toString('utf8'), image, algorithm);
      if (!hex) continue;
      found.push({ algorithm, hex, from: list });
      break;
    }
  }
  return found;
}

/** The checksum of `image` in a list of lines `hash  name`, `hash *name` or `SHA256 (name) = hash`, or a file of nothing but a hash. */
export function checksumIn(list: string, image: string, algorithm: ChecksumAlgorithm): string | null {
  const length = ALGORITHMS.find(({ name }) => name === algorithm)?.hexLength ?? 0;
  const lines = list.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  const isHash = (hex: string | undefined): hex is string => hex !== undefined && hex.length === length && /^[0-9a-f]+$/i.test(hex);
  for (const line of lines) {
    const bsd = /^([A-Za-z0-9-]+) \((.+)\) = ([0-9a-f]+)$/i.exec(line);
    if (bsd) {
      const [, said = '', name = '', hex] = bsd;
      if (said.toLowerCase().replace('-', '') === algorithm && isImage(name, image) && isHash(hex)) return hex.toLowerCase();
      continue;
    }
    const [, hex, name = ''] = /^([0-9a-f]+)\s+\*?(.+)$/i.exec(line) ?? [];
    if (isHash(hex) && isImage(name, image)) return hex.toLowerCase();
  }
  const [only] = lines;
  return lines.length === 1 && isHash(only) ? only.toLowerCase() : null;
}

const isImage = (listed: string, image: string): boolean => listed.replace(/^.*[\\/]/, '') === image;

/**
 * The checksum of a local file as it is stored.
 * @param options.onProgress is told the bytes hashed so far, and the speed in bytes a second
 * @returns lower-case hexadecimal
 * @throws EngineError `image-not-found`, `image-unreadable`, `image-changed`; AbortError
 */
export async function hashStored(
  path: string,
  algorithm: ChecksumAlgorithm,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (bytes: number, speed: number) => void } = {},
): Promise<string> {
  const source = await openGuardedFile(path);
  try {
    const hasher = createHasher(algorithm);
    const stream = streamRange(source);
    const buffer = alignedBuffer(READ_BYTES);
    const began = performance.now();
    for (;;) {
      throwIfAborted(options.signal);
      const got = await stream.read(buffer);
      if (got === 0) return hasher.hex();
      hasher.update(buffer.subarray(0, got));
      options.onProgress?.(stream.consumed(), (stream.consumed() * 1000) / Math.max(1, performance.now() - began));
    }
  } finally {
    await source.close();
  }
}
