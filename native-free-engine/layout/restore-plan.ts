import { EngineError } from '../base/errors.ts';
import { complement, intersect, normalize, subtract, totalLength, type Extent } from '../base/extent.ts';
import type { MappedPartition } from './disk-map.ts';
import { newIdentifiers, ownIdentifiers, type Identifiers } from './new-identifiers.ts';
import { chooseKept, placePartitions, tooSmall, usualGptRoom, type Placement } from './restore-plan-place.ts';
import type { RestoredPartition, RestoreLayout, RestorePiece, RestoreRequest } from './restore-plan-types.ts';

/**
 * Plans where everything of an image goes on a target. Reads and writes nothing.
 *
 * The same size: the same places. Larger: the same places, the backup GPT at the end, and with `grow` the last
 * partition of data takes the free space; on GPT what lies behind it moves to the end of the disk. Smaller: the same
 * places when everything kept fits, else, on GPT, partitions move down; GRUB's BIOS boot partition never moves.
 * @throws EngineError `sector-size-mismatch`, `partition-not-found`, `restore-too-small`, `argument-invalid`
 */
export function planRestore(request: RestoreRequest): RestoreLayout {
  const { map, target } = request;
  const disk = target.name ?? '';
  if (map.sectorSize !== target.sectorSize) throw new EngineError('sector-size-mismatch', { image: map.sectorSize, disk, target: target.sectorSize });
  const kept = chooseKept(map, request.selected, disk);
  if (request.into) return planInto(request, kept, request.into);

  const placement = placePartitions(request, kept);
  const identifiers = request.newIdentifiers ? newIdentifiers(map, request.guid) : ownIdentifiers(map);
  const partitions = map.partitions.map((p) => describe(p, placement, identifiers));
  return finish(request, {
    region: { offset: 0, length: target.size },
    table: map.table,
    diskId: identifiers.diskId,
    partitions,
    pieces: piecesOf(request, partitions),
    packed: placement.packed,
    neededSize: placement.neededSize,
  });
}

type Planned = Pick<RestoreLayout, 'region' | 'table' | 'diskId' | 'partitions' | 'pieces' | 'packed' | 'neededSize'>;

function finish(request: RestoreRequest, planned: Planned): RestoreLayout {
  const { map, rest } = request;
  const from = normalize(planned.pieces.map((piece) => ({ offset: piece.from, length: piece.length })));
  return {
    ...planned,
    sectorSize: map.sectorSize,
    newIdentifiers: request.newIdentifiers && planned.table !== 'none',
    rest,
    bytesToWrite: totalLength(intersect(map.used, from)),
  };
}

/** One volume into a range that exists. */
function planInto(request: RestoreRequest, kept: readonly MappedPartition[], into: Extent): RestoreLayout {
  const { map, target } = request;
  const volumes = kept.filter((p) => p.method !== 'none');
  const volume = volumes[0];
  if (!volume || volumes.length > 1) throw new EngineError('argument-invalid', { what: kept.map((p) => p.number).join(',') });
  if (into.offset + into.length > target.size) throw new EngineError('argument-invalid', { what: `${into.offset}+${into.length}` });
  const length = Math.min(volume.length, map.size - volume.offset);
  if (length > into.length) throw tooSmall(request, length, into.length);
  const placement: Placement = {
    places: new Map([[volume.number, { to: into.offset, newLength: request.grow ? into.length : length }]]),
    packed: false,
    neededSize: length,
  };
  const partitions = map.partitions.map((p) => describe(p, placement, ownIdentifiers(map)));
  const pieces = [{ from: volume.offset, to: into.offset, length }];
  return finish(request, { region: into, table: 'none', diskId: '', partitions, pieces, packed: false, neededSize: length });
}

function describe(partition: MappedPartition, placement: Placement, identifiers: Identifiers): RestoredPartition {
  const place = placement.places.get(partition.number);
  const { number, offset, length, type, name, attributes, active, logical, role, fileSystem } = partition;
  return {
    number, from: offset, to: place?.to ?? offset, length, newLength: place?.newLength ?? length,
    moved: place !== undefined && place.to !== offset,
    grown: place !== undefined && place.newLength > length,
    dropped: place === undefined,
    type, id: identifiers.partitionIds.get(number) ?? '', name, attributes, active, logical, role, fileSystem,
  };
}

const rangeOf = (p: RestoredPartition): Extent => ({ offset: p.from, length: p.length });

/** Everything goes where it was, but for what is dropped, what moves, and what would come to lie under either. */
function piecesOf(request: RestoreRequest, partitions: readonly RestoredPartition[]): RestorePiece[] {
  const { map, target } = request;
  const size = Math.min(map.size, target.size);
  const leaves = partitions.filter((p) => p.role !== 'extended');
  const moved = leaves.filter((p) => p.moved);
  const staying = normalize(leaves.filter((p) => !p.dropped && !p.moved).map(rangeOf));
  const leaving = normalize([...leaves, ...partitions.filter((p) => p.dropped)].filter((p) => p.dropped || p.moved).map(rangeOf));
  const covered = normalize(leaves.filter((p) => p.moved || p.grown).map((p) => ({ offset: p.to, length: p.newLength })));
  const gone = [...subtract(leaving, staying), ...subtract(covered, staying)];
  if (map.table === 'gpt') {
    // The backup is made anew; the old one would lie somewhere in the middle.
    const { tail } = request.gpt ?? usualGptRoom(map.sectorSize);
    gone.push(...subtract([{ offset: Math.max(0, map.size - tail), length: tail }], staying));
  }
  const identity = intersect(complement(normalize(gone), size), [{ offset: 0, length: size }]);
  return [
    ...identity.map(({ offset, length }) => ({ from: offset, to: offset, length })),
    ...moved.map((p) => ({ from: p.from, to: p.to, length: Math.min(p.length, map.size - p.from) })),
  ].filter((piece) => piece.length > 0).sort((a, b) => a.from - b.from);
}
