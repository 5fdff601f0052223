/** What a file is, by its first bytes. */
import type { ContainerKind } from './types.ts';

const text = (value: string): readonly number[] => [...value].map((char) => char.charCodeAt(0));

interface Magic {
  readonly at: number;
  readonly bytes: readonly number[];
}

const has = (head: Uint8Array, { at, bytes }: Magic): boolean => bytes.every((byte, index) => head[at + index] === byte);

/** Bytes of head that {@link recogniseContainer} and {@link recogniseForeign} look at, at most. */
export const MAGIC_BYTES = 16;

/** The packing that `head` starts, or null. */
export function recogniseContainer(head: Uint8Array): ContainerKind | null {
  const starts = (...bytes: number[]): boolean => head.length >= bytes.length && has(head, { at: 0, bytes });
  if (starts(0x1f, 0x8b, 0x08) && ((head[3] ?? 0xff) & 0xe0) === 0) return 'gzip';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (starts(0x04, 0x22, 0x4d, 0x18) || starts(0x02, 0x21, 0x4c, 0x18)) return 'lz4';
  // A skippable frame, which pzstd puts in front.
  if ((head[0] ?? 0) >> 4 === 5 && has(head, { at: 1, bytes: [0x2a, 0x4d, 0x18] })) return 'zstd';
  if (starts(...text('BZh')) && [0x31, 0x17].includes(head[4] ?? 0) && (head[3] ?? 0) >= 0x31 && (head[3] ?? 0) <= 0x39) return 'bzip2';
  if (starts(...text('PK\x03\x04')) || starts(...text('PK\x05\x06'))) return 'zip';
  return null;
}

/** Disk images that are not raw, by the name people know them by. */
const FOREIGN: readonly { readonly name: string; readonly magic: Magic }[] = [
  { name: 'qcow2', magic: { at: 0, bytes: [0x51, 0x46, 0x49, 0xfb] } },
  { name: 'VHDX', magic: { at: 0, bytes: text('vhdxfile') } },
  { name: 'VHD', magic: { at: 0, bytes: text('conectix') } },
  { name: 'VMDK', magic: { at: 0, bytes: text('KDMV') } },
  { name: 'VMDK', magic: { at: 0, bytes: text('COWD') } },
  { name: 'VMDK', magic: { at: 0, bytes: text('# Disk DescriptorFile') } },
  { name: 'WIM', magic: { at: 0, bytes: text('MSWIM\0\0\0') } },
  { name: '7z', magic: { at: 0, bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] } },
  { name: 'RAR', magic: { at: 0, bytes: text('Rar!\x1a\x07') } },
];

/** The name of a format that holds a disk in a way of its own, or null. */
export function recogniseForeign(head: Uint8Array): string | null {
  return FOREIGN.find(({ magic }) => has(head, magic))?.name ?? null;
}

const SUFFIXES: readonly { readonly pattern: RegExp; readonly kind: ContainerKind }[] = [
  { pattern: /\.(gz|gzip)$/i, kind: 'gzip' },
  { pattern: /\.xz$/i, kind: 'xz' },
  { pattern: /\.(bz2|bzip2)$/i, kind: 'bzip2' },
  { pattern: /\.(zst|zstd)$/i, kind: 'zstd' },
  { pattern: /\.lz4$/i, kind: 'lz4' },
  { pattern: /\.zip$/i, kind: 'zip' },
];

/** The packing that a name promises, and the name without it. */
export function promisedBy(name: string): { readonly kind: ContainerKind | null; readonly inner: string } {
  const suffix = SUFFIXES.find(({ pattern }) => pattern.test(name));
  return suffix ? { kind: suffix.kind, inner: name.replace(suffix.pattern, '') } : { kind: null, inner: name };
}
