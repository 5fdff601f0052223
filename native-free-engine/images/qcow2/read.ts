import { ExtentBuilder } from '../../base/extent-builder.ts';
import { subtract, union, type ExtentSet } from '../../base/extent.ts';
import { checkRange } from '../../io/bounds.ts';
import type { BlockSource } from '../../io/types.ts';
import type { DiskImage } from '../disk-image.ts';
import { imageTruncated } from '../faults.ts';
import { TableCache } from '../table-cache.ts';
import { PackedReader } from './read-packed.ts';
import { readQcow2Header, type Qcow2Info } from './read-header.ts';
import { ClusterMap, type Cluster } from './read-tables.ts';

export interface OpenQcow2Options {
  readonly signal?: AbortSignal;
  /** Opens the image that this one builds on; `format` is null when the image does not say. */
  readonly openBacking: (name: string, format: string | null, cache: TableCache) => Promise<DiskImage>;
  /** Of the image that builds on this one. */
  readonly cache?: TableCache;
  /** As in `OpenDiskImageOptions`. */
  readonly hashed?: boolean;
}

/**
 * A qcow2 image, version 2 or 3, with what it builds on.
 * @param file is closed with the image
 * @throws EngineError `image-corrupt`, `image-truncated`, `image-feature-unsupported`, and whatever `openBacking` throws;
 *   while reading also `image-cluster-corrupt`
 */
export async function openQcow2(file: BlockSource, path: string, options: OpenQcow2Options): Promise<DiskImage> {
  const info = await readQcow2Header(file, path);
  const cache = options.cache ?? new TableCache();
  const map = new ClusterMap(file, path, info, cache);
  await map.checkL1();
  const backing = info.backing ? await options.openBacking(info.backing.name, info.backing.format, cache) : null;
  return new Qcow2Image(file, path, info, map, backing, options);
}

class Qcow2Image implements DiskImage {
  readonly format = 'qcow2';
  readonly variant: string;
  readonly location: string;
  readonly files: readonly string[];
  readonly ordered = false;
  readonly volumeOnly = false;
  readonly size: number;
  readonly sectorSize = 512;
  readonly #file: BlockSource;
  readonly #info: Qcow2Info;
  readonly #map: ClusterMap;
  readonly #backing: DiskImage | null;
  readonly #packed: PackedReader;
  readonly #signal: AbortSignal | undefined;

  constructor(file: BlockSource, path: string, info: Qcow2Info, map: ClusterMap, backing: DiskImage | null, { signal, hashed = false }: OpenQcow2Options) {
    this.#file = file;
    this.#info = info;
    this.#map = map;
    this.#backing = backing;
    this.#signal = signal;
    this.#packed = new PackedReader(file, path, info, !hashed);
    this.location = path;
    this.size = info.virtualSize;
    this.variant = info.version === 2 ? 'v2' : `v3 ${info.compression}`;
    this.files = [path, ...(backing?.files ?? [])];
  }

  async readInto(offset: number, buffer: Uint8Array): Promise<void> {
    checkRange(this.location, offset, buffer.length, this.size);
    for (let at = 0; at < buffer.length; ) {
      const position = offset + at;
      const tableStart = Math.floor(position / this.#map.span) * this.#map.span;
      const end = Math.min(buffer.length, tableStart + this.#map.span - offset);
      const table = await this.#map.tableAt(position);
      await this.#readWithin(table, tableStart, position, buffer.subarray(at, end));
      at = end;
    }
  }

  /** Reads what one L2 table maps, as few and as long pieces as the file's order allows. */
  async #readWithin(table: DataView | null, tableStart: number, offset: number, buffer: Uint8Array): Promise<void> {
    const { clusterSize } = this.#info;
    const indexOf = (position: number): number => Math.floor((position - tableStart) / clusterSize);
    const endsAt = (index: number): number => Math.min(offset + buffer.length, tableStart + (index + 1) * clusterSize);
    const last = indexOf(offset + buffer.length - 1);
    for (let position = offset; position < offset + buffer.length; ) {
      let index = indexOf(position);
      const first = this.#map.entry(table, index);
      if (first.kind === 'packed') {
        const run: Cluster[] = [first];
        while (index < last) {
          const next = this.#map.entry(table, index + 1);
          if (next.kind !== 'packed' || !this.#packed.joins(run, next)) break;
          run.push(next);
          index++;
        }
        const clusterStart = tableStart + indexOf(position) * clusterSize;
        await this.#packed.readRun(run, clusterStart, position, buffer.subarray(position - offset, endsAt(index) - offset));
      } else {
        while (index < last && follows(first, this.#map.entry(table, index + 1), (index + 1 - indexOf(position)) * clusterSize)) index++;
        const into = buffer.subarray(position - offset, endsAt(index) - offset);
        await this.#readPlain(first, position, (position - tableStart) % clusterSize, into);
      }
      position = endsAt(index);
    }
  }

  async #readPlain(cluster: Cluster, position: number, within: number, into: Uint8Array): Promise<void> {
    if (cluster.kind === 'plain') {
      if (cluster.host + within + into.length > this.#file.size) throw imageTruncated('qcow2', this.location, 'cluster');
      return this.#file.readInto(cluster.host + within, into);
    }
    const backing = cluster.kind === 'none' ? this.#backing : null;
    const available = Math.max(0, Math.min(into.length, (backing?.size ?? 0) - position));
    into.fill(0, available);
    if (backing && available > 0) await backing.readInto(position, into.subarray(0, available));
  }

  async usedExtents(): Promise<ExtentSet> {
    const { clusterSize } = this.#info;
    const data = new ExtentBuilder();
    const hidden = new HiddenExtents();
    for await (const { offset, table } of this.#map.tables(this.#signal)) {
      const count = Math.min(table.byteLength / 8, Math.ceil((this.size - offset) / clusterSize));
      for (let index = 0; index < count; index++) {
        const high = table.getUint32(index * 8);
        const low = table.getUint32(index * 8 + 4);
        if (high === 0 && low === 0) continue;
        const { kind } = this.#map.entry(table, index);
        const start = offset + index * clusterSize;
        if (kind === 'zero') hidden.add(start, clusterSize);
        else if (kind !== 'none') data.add(start, Math.min(clusterSize, this.size - start));
      }
    }
    if (!this.#backing) return data.build();
    const below = (await this.#backing.usedExtents()).flatMap(({ offset, length }) => (offset < this.size ? [{ offset, length: Math.min(length, this.size - offset) }] : []));
    return union(subtract(below, hidden.extents), data.build());
  }

  async close(): Promise<void> {
    await this.#backing?.close();
    await this.#file.close();
  }
}

/** Whether `next` can be read together with `first`, which starts `distance` bytes of the disk before it. */
function follows(first: Cluster, next: Cluster, distance: number): boolean {
  return next.kind === first.kind && (first.kind !== 'plain' || next.host === first.host + distance);
}

/** Extents of a backing file that zeros hide. Beyond a bound they are forgotten, which costs reading some zeros and no more. */
class HiddenExtents {
  readonly extents: { offset: number; length: number }[] = [];

  add(offset: number, length: number): void {
    const last = this.extents.at(-1);
    if (last && last.offset + last.length === offset) last.length += length;
    else if (this.extents.length < 400_000) this.extents.push({ offset, length });
  }
}
