import { z } from 'zod';
import { EngineError } from '../../base/errors.ts';

const bytes = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A file's own name, never a path: a manifest must not lead anywhere. */
const fileName = z.string().min(1).max(255).regex(/^[^/\\\0]+$/).refine((name) => name !== '.' && name !== '..');

export const manifestPartitionSchema = z.object({
  number: z.int().min(0),
  offset: bytes,
  length: bytes,
  type: z.string(),
  id: z.string(),
  name: z.string(),
  attributes: z.string().regex(/^\d+$/),
  active: z.boolean(),
  logical: z.boolean(),
  role: z.enum(['efi-system', 'microsoft-reserved', 'system-reserved', 'os', 'recovery', 'bios-boot', 'data', 'swap', 'raid', 'lvm', 'extended', 'unknown']),
  fileSystem: z.object({ kind: z.string(), label: z.string(), uuid: z.string() }).nullable(),
  method: z.enum(['used', 'whole', 'none']),
  wholeReason: z.enum(['encrypted', 'lvm', 'raid', 'no-map', 'unknown', 'map-damaged', 'journal', 'boot-code']).nullable(),
  usedBytes: bytes,
  usedEnd: bytes,
  unit: bytes,
  leftOut: z.array(z.object({ name: z.string(), bytes })),
  conditions: z.array(z.enum(['dirty', 'hibernated', 'journal'])),
  fingerprint: z.string(),
});

export const manifestSchema = z.object({
  format: z.literal('werkbank-image'),
  version: z.literal(1),
  /** UUID; also stands in the qcow2's own header, so that a renamed file is still known. */
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  program: z.object({ name: z.string(), version: z.string() }),
  description: z.string(),
  /** What the image is for, as its name's template was filled. */
  purpose: z.string(),
  /** `name` is the file's name, without the parts' numbers; `parts` counts the pieces of a split image, 0 when it is one file. */
  image: z.object({ name: fileName, parts: z.int().min(0).max(999), partBytes: bytes, bytes, virtualSize: bytes, clusterSize: z.int().min(512), compression: z.enum(['none', 'fast', 'balanced', 'small']) }),
  /** The file of hashes: see sums.ts. `contentSha256` covers every cluster and its place: two images of the same contents have the same. */
  sums: z.object({ name: fileName, bytes, sha256, contentSha256: sha256, clusters: z.int().min(0), usedBytes: bytes }),
  /** The image this one builds on: unchanged clusters are read from it. */
  parent: z.object({ id: z.uuid(), manifestSha256: sha256, name: fileName, lastSeen: z.string() }).nullable(),
  source: z.object({
    machine: z.string(), system: z.string(), model: z.string(), serial: z.string(), bus: z.string(), path: z.string(), number: z.int(),
    size: bytes, logicalSectorSize: z.int().min(1), physicalSectorSize: z.int().min(1),
  }),
  layout: z.object({ table: z.enum(['gpt', 'mbr', 'none']), diskId: z.string(), partitions: z.array(manifestPartitionSchema).max(1024) }),
  /** Bytes of the disk that could not be read and are zeros in the image; `files` as far as their owners are known. */
  bad: z.array(z.object({ offset: bytes, length: bytes, partition: z.int().nullable(), files: z.array(z.string()) })).max(100_000),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** No manifest is larger; a hostile one must not ask for memory. */
export const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** @throws EngineError `image-manifest-invalid` */
export function parseManifest(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EngineError('image-manifest-invalid', { path, reason: 'not-json' }, { cause: error });
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new EngineError('image-manifest-invalid', { path, reason: `${issue?.path.join('.') ?? ''} (${issue?.code ?? ''})` });
  }
  return parsed.data;
}

export const formatManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;
