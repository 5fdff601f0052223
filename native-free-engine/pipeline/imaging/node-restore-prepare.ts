import { createHash } from 'node:crypto';
import { EngineError } from '../../base/errors.ts';
import { endOf, totalLength, type ExtentSet } from '../../base/extent.ts';
import type { Sums } from '../../images/manifest/sums.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import type { RestoreLayout } from '../../layout/restore-plan-types.ts';
import { tablesFor } from '../../layout/restore-plan-table.ts';
import type { PlacedBytes } from '../../partitions/gpt/index.ts';
import { pieceBytes } from './node-crew.ts';
import { CheckedReader, openImageAt, type ImageAddress, type SharedSums } from './node-restore-reader.ts';
import type { TargetRequest } from './node-restore-target.ts';
import { HEAD_BYTES } from './restore-marker.ts';
import { movesFor, sameMoves, type TargetMoves } from './restore-work.ts';
import type { DeviceAddress } from './types.ts';

/** Everything about one target that is known before it is opened. */
export interface PreparedTarget {
  readonly request: TargetRequest;
  readonly moves: TargetMoves;
  /** The first MiB of the region as it will be. */
  readonly head: Uint8Array;
  readonly late: readonly PlacedBytes[];
  readonly planHash: string;
}

export interface RestoreSource {
  readonly imageId: string;
  readonly used: ExtentSet;
  readonly sums: Sums | null;
  /** The same sums, for threads. */
  readonly shared: SharedSums | null;
}

/** Something is noted down of every piece of work: on larger disks there are not more, but larger ones. */
const MAX_ITEMS = 4 * 1024 * 1024;
/** A buffer of a worker holds a piece of work; no image that we know of has clusters of more than 2 MiB. */
const MAX_CLUSTER = 32 * 1024 * 1024;

/**
 * How much of the image is one piece of work: a power of two of bytes, whole clusters.
 * @throws EngineError `image-manifest-invalid` for clusters that no memory should be taken for
 */
export function unitFor(used: ExtentSet, sums: Sums | null, location: string): number {
  if (sums && sums.clusterSize > MAX_CLUSTER) throw new EngineError('image-manifest-invalid', { path: location, reason: 'SumsHeader.clusterSize' });
  let unit = Math.max(pieceBytes(totalLength(used)), sums?.clusterSize ?? 0);
  while (totalLength(used) / unit > MAX_ITEMS) unit *= 2;
  return unit;
}

/**
 * Reads from the image what goes into the targets' tables and first MiB, before anything is written.
 * @throws EngineError `image-truncated`, `sector-size-mismatch`, `restore-too-small`, `gpt-invalid`, `image-cluster-corrupt`; errors of reading the image
 */
export async function prepareTargets(
  address: ImageAddress,
  source: RestoreSource,
  requests: readonly TargetRequest[],
): Promise<{ readonly targets: PreparedTarget[]; readonly ordered: boolean }> {
  let image = await openImageAt(address);
  try {
    const { ordered, size, format } = image;
    const last = source.used.at(-1);
    if (last && endOf(last) > size) throw new EngineError('image-truncated', { format, expected: endOf(last), actual: size });
    /** A packed image is read in ascending order; to go back it is opened anew. */
    const reader = async (): Promise<CheckedReader> => {
      if (ordered) {
        await image.close();
        image = await openImageAt(address);
      }
      return new CheckedReader(image, source.shared);
    };
    const tables: PlacedBytes[][] = [];
    for (const { layout, address: target } of requests) {
      checkTarget(layout, target);
      const tableSource = { ...(await reader()).asSource(), ordered };
      tables.push(await tablesFor(tableSource, layout, target.size));
    }
    const moves = requests.map(({ layout }) => movesFor(source.used, layout, size));
    const heads = requests.map(({ layout }) => alignedBuffer(Math.min(HEAD_BYTES, layout.region.length)));
    await readHeads(await reader(), requests, moves, heads);

    const targets: PreparedTarget[] = [];
    for (const [index, request] of requests.entries()) {
      const [own, head] = [moves[index]!, heads[index]!];
      const twin = targets.find((other) => sameMoves(other.moves.body, own.body));
      const late = tables[index]!.flatMap((placed) => placeInHead(placed, head));
      targets.push({ request, moves: twin ? { ...own, body: twin.moves.body } : own, head, late, planHash: planHashOf(request, own, source) });
    }
    return { targets, ordered };
  } finally {
    await image.close();
  }
}

function checkTarget(layout: RestoreLayout, target: DeviceAddress): void {
  if (layout.sectorSize !== target.sectorSize) throw new EngineError('sector-size-mismatch', { image: layout.sectorSize, disk: target.path, target: target.sectorSize });
  const needed = endOf(layout.region);
  if (needed > target.size) throw new EngineError('restore-too-small', { disk: target.path, needed, available: target.size, missing: needed - target.size });
}

async function readHeads(reader: CheckedReader, requests: readonly TargetRequest[], moves: readonly TargetMoves[], heads: readonly Uint8Array[]): Promise<void> {
  const source = reader.asSource();
  const all = moves.flatMap(({ head }, index) => head.map((move) => ({ ...move, index }))).sort((a, b) => a.from - b.from);
  for (const { from, to, length, index } of all) {
    const at = to - requests[index]!.layout.region.offset;
    await source.readInto(from, heads[index]!.subarray(at, at + length));
  }
}

/** Puts what of a table lies in the head there; returns the rest, which is written on its own. Only whole disks have tables. */
function placeInHead(placed: PlacedBytes, head: Uint8Array): PlacedBytes[] {
  const inside = Math.max(0, Math.min(placed.bytes.length, head.length - placed.offset));
  head.set(placed.bytes.subarray(0, inside), inside > 0 ? placed.offset : 0);
  return inside < placed.bytes.length ? [{ offset: placed.offset + inside, bytes: placed.bytes.subarray(inside) }] : [];
}

/** Two runs with the same hash put the same bytes in the same places. New random identifiers do not count: they come last. */
function planHashOf({ layout, address }: TargetRequest, moves: TargetMoves, source: RestoreSource): string {
  const digest = createHash('sha256');
  const partitions = layout.partitions.map((p) => [p.number, p.from, p.to, p.length, p.newLength, p.dropped]);
  digest.update(JSON.stringify([source.imageId, address.size, layout.region, layout.sectorSize, layout.table, layout.newIdentifiers, partitions, moves.head]));
  for (const part of [moves.body.from, moves.body.to, moves.body.length]) digest.update(new Uint8Array(part.buffer));
  if (source.sums) digest.update(source.sums.hashes);
  return digest.digest('hex');
}
