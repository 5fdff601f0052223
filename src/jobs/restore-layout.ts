import { createHash } from 'node:crypto';
import { planRestore, type RestoreLayout } from '../../native-free-engine/index.ts';
import type { DiskIdentity, PlacedPartition, RestorePlan, RestoreRequest } from '../contract/index.ts';
import type { MappedImage } from './image-map.ts';

type Wishes = Pick<RestoreRequest, 'grow' | 'newIdentifiers' | 'rest'> & {
  readonly selected: readonly number[] | null;
  /** `Plan.id`. */
  readonly planId: string;
};

/**
 * Where everything goes on one disk. The same image, disk and wishes give the same layout every time: the plan shows what
 * the job does, and a job that was interrupted can go on. New identifiers differ from plan to plan, so that two disks that
 * claim the same serial number, as cheap ones do, get different ones.
 * @throws EngineError `sector-size-mismatch`, `partition-not-found`, `restore-too-small`
 */
export function layoutFor(image: MappedImage, disk: Pick<DiskIdentity, 'model' | 'path' | 'size'>, sectorSize: number, wishes: Wishes): RestoreLayout {
  return planRestore({
    map: image.map,
    selected: wishes.selected,
    target: { size: disk.size, sectorSize, name: disk.model || disk.path },
    grow: wishes.grow,
    newIdentifiers: wishes.newIdentifiers,
    rest: wishes.rest,
    ...(image.gpt ? { gpt: image.gpt } : {}),
    guid: guidsFor(`${wishes.planId}|${disk.path}`),
  });
}

export const wishesOf = (plan: RestorePlan): Wishes => ({
  planId: plan.id, selected: plan.chosen, grow: plan.grow, newIdentifiers: plan.newIdentifiers, rest: plan.rest,
});

/** Version 8 UUIDs of RFC 9562: made from a hash, in a sequence. */
function guidsFor(seed: string): () => string {
  let count = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed}|${count++}`).digest('hex');
    const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join('-').toUpperCase();
  };
}

/** The new layout as a plan shows it. @param growTools what grows the file systems of partitions that grow, by number */
export function placedPartitions(image: MappedImage, layout: RestoreLayout, growTools: ReadonlyMap<number, string>): PlacedPartition[] {
  return layout.partitions
    .map((partition): PlacedPartition => {
      const { number, name, role, fileSystem, dropped, grown, moved, from, to, length, newLength } = partition;
      const usedBytes = image.map.partitions.find((each) => each.number === number)?.usedBytes ?? 0;
      return {
        number, name, role, fileSystem, usedBytes, grown, moved, from: { offset: from, length }, to: dropped ? null : { offset: to, length: newLength },
        growTool: grown ? (growTools.get(number) ?? null) : null,
      };
    })
    .sort((a, b) => (a.to?.offset ?? Infinity) - (b.to?.offset ?? Infinity));
}

/** Bytes behind the last partition that no partition has. */
export function roomLeft(layout: RestoreLayout): number {
  const end = Math.max(0, ...layout.partitions.filter((partition) => !partition.dropped).map(({ to, newLength }) => to + newLength));
  return Math.max(0, layout.region.offset + layout.region.length - end);
}
