import { EngineError } from '../base/errors.ts';
import { normalize } from '../base/extent.ts';
import { createHasher, type ChecksumAlgorithm } from '../codecs/checksums.ts';
import { readBeside } from './node-beside.ts';
import { locationName } from './node-location.ts';
import { promisedBy } from './recognise.ts';
import type { BlockMap } from './types.ts';
import { parseXml, type XmlElement } from './xml.ts';

const MAX_FILE_BYTES = 32 << 20;
const MAX_BLOCK_BYTES = 1 << 30;
const HEX_LENGTH: Readonly<Record<ChecksumAlgorithm, number>> = { sha256: 64, sha1: 40, md5: 32 };

const malformed = (why: string): EngineError => new EngineError('bmap-malformed', { why });

/**
 * Reads a block map, versions 1.2 to 2.0 of the format of bmap-tools, and
 * checks the checksum of the map itself where it has one.
 * @throws EngineError `bmap-malformed`
 */
export function parseBmap(bytes: Uint8Array): BlockMap {
  if (bytes.length > MAX_FILE_BYTES) throw malformed('size');
  const document = Buffer.from(bytes).toString('utf8');
  let root: XmlElement;
  try {
    root = parseXml(document);
  } catch (cause) {
    throw new EngineError('bmap-malformed', { why: 'xml' }, { cause });
  }
  const version = /^([12])\.\d{1,3}$/.exec(root.attributes['version'] ?? '');
  if (root.name !== 'bmap' || !version) throw malformed('version');

  const imageSize = integer(only(root, 'ImageSize'));
  const blockSize = integer(only(root, 'BlockSize'));
  const blocks = integer(only(root, 'BlocksCount'));
  if (blockSize < 1 || blockSize > MAX_BLOCK_BYTES || blocks !== Math.ceil(imageSize / blockSize)) throw malformed('counts');
  const checksumType = checksumTypeOf(root);
  checkOwnChecksum(root, document, checksumType);

  const ranges = (find(root, 'BlockMap') ?? missing('BlockMap')).children.map((element) => range(element, { imageSize, blockSize, blocks, checksumType }));
  let end = 0;
  let mappedBlocks = 0;
  for (const { offset, length } of ranges) {
    if (offset < end) throw malformed('order');
    end = offset + length;
    mappedBlocks += Math.ceil(length / blockSize);
  }
  const mappedCount = find(root, 'MappedBlocksCount');
  if (mappedCount && integer(mappedCount) !== mappedBlocks) throw malformed('counts');
  return { imageSize, blockSize, mapped: normalize(ranges), ranges, checksumType };
}

/** @throws EngineError `bmap-size-mismatch` when the map is for an image of another size */
export function checkBmapFits(map: BlockMap, imageSize: number): void {
  if (map.imageSize !== imageSize) throw new EngineError('bmap-size-mismatch', { mapSize: map.imageSize, imageSize });
}

/**
 * Looks for a block map beside an image: for `x.img.xz` that is `x.img.xz.bmap`, `x.img.bmap`, `x.bmap`.
 * @returns null when there is none
 * @throws EngineError `bmap-malformed` when there is one that cannot be read; AbortError
 */
export async function findBmap(location: string, options: { readonly signal?: AbortSignal } = {}): Promise<BlockMap | null> {
  for (const name of bmapNames(locationName(location))) {
    const bytes = await readBeside(location, name, MAX_FILE_BYTES, options.signal);
    if (bytes) return parseBmap(bytes);
  }
  return null;
}

function bmapNames(name: string): string[] {
  const names = [name];
  for (let { kind, inner } = promisedBy(name); kind !== null; { kind, inner } = promisedBy(inner)) names.push(inner);
  const bare = names.at(-1) ?? name;
  if (/.\.[^.]+$/.test(bare)) names.push(bare.replace(/\.[^.]+$/, ''));
  return names.map((candidate) => `${candidate}.bmap`);
}

function find(parent: XmlElement, name: string): XmlElement | null {
  const found = parent.children.filter((child) => child.name === name);
  if (found.length > 1) throw malformed(name);
  return found[0] ?? null;
}

function missing(name: string): never {
  throw malformed(name);
}

const only = (parent: XmlElement, name: string): XmlElement => find(parent, name) ?? missing(name);

function integer(element: XmlElement): number {
  if (!/^\d{1,16}$/.test(element.text) || !Number.isSafeInteger(Number(element.text))) throw malformed(element.name);
  return Number(element.text);
}

function checksumTypeOf(root: XmlElement): ChecksumAlgorithm | null {
  const type = find(root, 'ChecksumType')?.text;
  if (type === 'sha256' || type === 'sha1' || type === 'md5') return type;
  if (type !== undefined) throw malformed('ChecksumType');
  // Version 1.3 knew SHA-1 only and named it in its elements.
  return find(root, 'BmapFileSHA1') ? 'sha1' : null;
}

/** The checksum of the whole file, made while zeros stood in its own place. */
function checkOwnChecksum(root: XmlElement, document: string, type: ChecksumAlgorithm | null): void {
  const element = find(root, 'BmapFileChecksum') ?? find(root, 'BmapFileSHA1');
  if (!element) return;
  const algorithm = element.name === 'BmapFileSHA1' ? 'sha1' : type;
  if (algorithm === null || !isHex(element.text, algorithm)) throw malformed(element.name);
  const at = document.indexOf(element.text, document.indexOf(`<${element.name}`));
  const hasher = createHasher(algorithm);
  hasher.update(Buffer.from(document.slice(0, at) + '0'.repeat(element.text.length) + document.slice(at + element.text.length)));
  if (hasher.hex() !== element.text.toLowerCase()) throw malformed(element.name);
}

const isHex = (value: string, algorithm: ChecksumAlgorithm): boolean => /^[0-9a-f]+$/i.test(value) && value.length === HEX_LENGTH[algorithm];

function range(
  element: XmlElement,
  map: { readonly imageSize: number; readonly blockSize: number; readonly blocks: number; readonly checksumType: ChecksumAlgorithm | null },
): BlockMap['ranges'][number] {
  const match = /^(\d{1,15})(?:\s*-\s*(\d{1,15}))?$/.exec(element.text);
  if (element.name !== 'Range' || !match) throw malformed('Range');
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (last < first || last >= map.blocks) throw malformed('Range');
  const hex = element.attributes['chksum'] ?? element.attributes['sha1'] ?? null;
  if (hex !== null && (map.checksumType === null || !isHex(hex, map.checksumType))) throw malformed('Range');
  const offset = first * map.blockSize;
  // The image need not end with a whole block.
  const length = Math.min((last + 1) * map.blockSize, map.imageSize) - offset;
  return { offset, length, hex: hex?.toLowerCase() ?? null };
}
