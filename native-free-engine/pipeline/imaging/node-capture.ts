import { createHash, randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { EngineError } from '../../base/errors.ts';
import { intersect, normalize, totalLength, type Extent } from '../../base/extent.ts';
import { formatManifest, type Manifest } from '../../images/manifest/manifest.ts';
import { journalPath, manifestPath, partialPath, sumsPath } from '../../images/manifest/file-names.ts';
import { readManifest, type FoundManifest } from '../../images/manifest/node-image-set.ts';
import { formatSums, touchedClusters } from '../../images/manifest/sums.ts';
import { MAX_BACKING_NAME } from '../../images/qcow2/structs.ts';
import { STORED, writeQcow2Index } from '../../images/qcow2/write-index.ts';
import { writeSynced } from '../../io/node-replace-file.ts';
import type { CaptureOptions, CaptureResult } from './capture-options.ts';
import { CLUSTER_BITS, TUNINGS } from './capture-options.ts';
import { CLUSTER, newCaptureState, parentIndex, type CaptureState } from './capture-state.ts';
import { shareClusterMap, type SharedClusterMap } from './cluster-map.ts';
import { Control } from './control.ts';
import { nameBadSectors } from './node-bad-files.ts';
import { CaptureJournal, readJournal, readJournalHead, type JournalHead, type ReadJournal } from './node-capture-journal.ts';
import { discardUnfinished, endNaming, giveNames, hasPartial, isBeingNamed, isTaken } from './node-capture-names.ts';
import type { CaptureMessage, CaptureWork, Overlay } from './node-capture-worker.ts';
import { crewSize, pieceBytes, runCrew } from './node-crew.ts';
import { OutputParts } from './node-output-parts.ts';
import { checkKeptClusters } from './node-recheck.ts';
import { ProgressWatch } from './progress-watch.ts';

const CLUSTER_SIZE = 2 ** CLUSTER_BITS;
/** What was captured is put on stable storage and into the journal so often. */
const CHECKPOINT_MS = 5000;
/** A disk that is silent for longer is given up. Seconds. */
const STALL_SECONDS = 180;

/**
 * Captures a disk into a qcow2 with its manifest (docs/formats/image.md): reads
 * only used blocks, once, hashes and packs them on all cores.
 *
 * The image gets its name only when it is whole; its manifest is written last.
 * Cancelled, failed or cut off, it leaves `NAME.qcow2.partial` and a journal,
 * with which `resume` goes on, or which `discardUnfinished` removes; an image
 * that it is to replace stays until then. Of one that ended before anything was
 * captured nothing is left.
 * @throws EngineError `destination-exists`, `image-unfinished`, `resume-mismatch`, `source-changed`, `source-unreadable`,
 *   `source-disk-gone`, `source-stalled`, `destination-full`, `destination-unwritable`; AbortError
 */
export async function captureDisk(options: CaptureOptions): Promise<CaptureResult> {
  const started = performance.now();
  const { map, destination } = options;
  if (!options.overwrite && (await isTaken(destination)) && !(await exists(journalPath(destination)))) throw new EngineError('destination-exists', { path: destination });
  if (options.parent && options.parent.sums.virtualSize !== map.size) throw new EngineError('source-changed', { disk: options.identity.model, what: 'size' });

  const numbers = touchedClusters(map.used, CLUSTER_SIZE);
  const shared = shareClusterMap(map.used, numbers, CLUSTER_SIZE, map.size);
  const state = newCaptureState(numbers.length);
  const head = headOf(options, numbers.length);
  const seconds = (): number => (performance.now() - started) / 1000;
  const { journal, found } = await openJournal(options, head, state);
  if (!journal) {
    await endNaming(destination);
    await rm(journalPath(destination), { force: true });
    const whole = resultOf(await readManifest(manifestPath(destination)));
    return { ...whole, resumed: whole.clusters, seconds: seconds() };
  }
  const id = found?.head.id ?? head.id;
  const output = new OutputParts(destination, options.partBytes);
  const bad: Extent[] = [...(found?.bad ?? [])];
  try {
    if (found) await checkKeptClusters(options, shared, state);
    const control = new Control();
    control.outputEnd = found?.dataEnd ?? CLUSTER_SIZE;
    control.bytesPerSecond = options.bytesPerSecond;
    options.onControl?.({ setLimit: (limit) => (control.bytesPerSecond = limit) });
    const nothingToGoOnFrom = async (error: unknown): Promise<never> => {
      output.close();
      await journal.close();
      await discardUnfinished(destination);
      throw error;
    };
    await runCapture(options, shared, state, control, output, journal, bad, keptBytes(map.used, numbers, state)).catch(async (error: unknown) => {
      // Ended before its first cluster: what is there is of no use, and would only be in the way of the next.
      if (bad.length === 0 && !state.done.includes(CLUSTER.kept)) await nothingToGoOnFrom(error).catch(() => undefined);
      throw error;
    });
    // Nobody knows since when what was read is wrong.
    await options.confirm?.().catch(nothingToGoOnFrom);
    const pieces = await finish(options, id, numbers, state, control, output, normalize(bad));
    await giveNames(destination, pieces, options.overwrite || (found?.head.overwrite ?? false));
    await journal.close();
    await rm(journalPath(destination), { force: true });
    return { ...resultOf(await readManifest(manifestPath(destination))), resumed: found?.kept ?? 0, seconds: seconds() };
  } finally {
    output.close();
    await journal.close().catch(() => undefined);
  }
}

async function runCapture(
  options: CaptureOptions, map: SharedClusterMap, state: CaptureState, control: Control, output: OutputParts, journal: CaptureJournal, bad: Extent[], doneBefore: number,
): Promise<void> {
  const total = totalLength(options.map.used);
  const { checkpointMs = CHECKPOINT_MS } = options;
  const watch = new ProgressWatch(control, total, doneBefore, options.stallSeconds ?? STALL_SECONDS, options.identity.model || options.source.path, options.report);
  watch.badBytes = totalLength(normalize(bad));
  const newBad: Extent[] = [];
  const work: CaptureWork = {
    source: options.source,
    overlays: overlaysOf(options),
    map,
    state,
    image: options.destination,
    partBytes: options.partBytes,
    tuning: TUNINGS[options.compression],
    longestWait: checkpointMs / 5,
    parent: options.parent ? { index: parentIndex(map, options.parent.sums.clusters), hashes: shareBytes(options.parent.sums.hashes) } : null,
    perPiece: pieceBytes(total) / map.clusterSize,
    badInARow: new Int32Array(new SharedArrayBuffer(4)),
  };
  /** What the workers have finished by now goes to stable storage, then into the journal: in this order, or the journal would lie. */
  const checkpoint = async (): Promise<void> => {
    const indexes: number[] = [];
    for (let i = 0; i < state.done.length; i++) if (Atomics.load(state.done, i) === CLUSTER.done) indexes.push(i);
    const places = newBad.splice(0);
    if (control.outputEnd > map.clusterSize) await output.flush(control.outputEnd);
    await journal.keep(state, indexes, places);
  };
  let last: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | null = null;
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    last = checkpoint()
      .catch((error: unknown) => {
        failure ??= { error };
        control.stop();
      })
      .finally(() => (busy = false));
  }, checkpointMs);
  try {
    const crew = runCrew<CaptureMessage>({
      worker: new URL('./node-capture-worker.ts', import.meta.url),
      size: Math.min(crewSize(options.memory), Math.max(1, Math.ceil(map.clusters.length / work.perPiece))),
      data: work,
      control,
      signal: options.signal,
      onMessage: (message) => {
        newBad.push(message.bad);
        bad.push(message.bad);
        watch.badBytes += message.bad.length;
      },
    });
    crew.catch(() => undefined);
    await Promise.race([crew, watch.stalled]);
    if (failure) throw (failure as { error: unknown }).error;
  } finally {
    clearInterval(timer);
    await last;
    watch.stop();
    control.stop();
    // Also of a capture that fails or is cancelled: it can be resumed from here.
    if (!failure) await checkpoint().catch(() => undefined);
  }
}

/** Writes tables and header, the hashes, the manifest: then all but the names is there, on stable storage. @returns the names of the pieces */
async function finish(
  options: CaptureOptions, id: string, clusters: Float64Array, state: CaptureState, control: Control, output: OutputParts, bad: readonly Extent[],
): Promise<string[]> {
  const { map, destination, parent } = options;
  const stored = withHidden(clusters, state, parent?.sums.clusters ?? new Float64Array(0));
  const bytes = await writeQcow2Index(
    {
      virtualSize: map.size, clusterBits: CLUSTER_BITS, stored, dataEnd: control.outputEnd, imageId: Buffer.from(id.replaceAll('-', ''), 'hex'),
      backing: parent ? { name: backingName(destination, parent.found.image), format: 'qcow2' } : null,
    },
    (offset, data) => output.write(offset, data),
  );
  output.extend(bytes);
  await output.flush(bytes);

  const sums = formatSums({ virtualSize: map.size, clusterSize: CLUSTER_SIZE, used: map.used, clusters, hashes: state.hashes });
  const named = await nameBadSectors(options, bad);
  const manifest: Manifest = {
    format: 'werkbank-image', version: 1, id, createdAt: new Date().toISOString(), program: options.program,
    description: options.description, purpose: options.purpose,
    image: {
      name: basename(destination), parts: options.partBytes === 0 ? 0 : output.count(bytes), partBytes: options.partBytes, bytes,
      virtualSize: map.size, clusterSize: CLUSTER_SIZE, compression: options.compression,
    },
    sums: {
      name: basename(sumsPath(destination)), bytes: sums.length, sha256: sha256(sums), contentSha256: contentHash(clusters, state.hashes),
      clusters: clusters.length, usedBytes: totalLength(map.used),
    },
    parent: parent && {
      id: parent.found.manifest.id, manifestSha256: parent.found.sha256, name: basename(parent.found.image), lastSeen: resolve(parent.found.image),
    },
    source: options.identity,
    layout: { table: map.table, diskId: map.diskId, partitions: map.partitions.map((partition) => ({ ...partition, leftOut: [...partition.leftOut], conditions: [...partition.conditions] })) },
    bad: named,
  };
  await writeSynced(partialPath(sumsPath(destination)), sums);
  await writeSynced(partialPath(manifestPath(destination)), Buffer.from(formatManifest(manifest)));
  return Array.from({ length: output.count(bytes) }, (_, index) => output.final(index));
}

function resultOf({ manifest, path, sha256: manifestSha256 }: FoundManifest): Omit<CaptureResult, 'seconds' | 'resumed'> {
  const { image, sums, bad } = manifest;
  return {
    manifest, manifestPath: path, manifestSha256, usedBytes: sums.usedBytes, storedBytes: image.bytes, badBytes: totalLength(normalize(bad)), bad, clusters: sums.clusters,
  };
}

/** Opens a new journal, or the one that an earlier run left, its clusters read into `state`; null where that run was whole but for its names. */
async function openJournal(options: CaptureOptions, head: JournalHead, state: CaptureState): Promise<{ journal: CaptureJournal | null; found: ReadJournal | null }> {
  const { destination } = options;
  // Cut off before its first entry: nothing was captured.
  const headless = (await exists(journalPath(destination))) && (await readJournalHead(destination).catch(() => undefined)) === null;
  if (headless) await discardUnfinished(destination);
  if (!options.resume || !(await exists(journalPath(destination)))) {
    const left = (await exists(journalPath(destination))) || (await hasPartial(destination));
    if (left && !options.overwrite) throw new EngineError('image-unfinished', { path: destination });
    if (left) await discardUnfinished(destination);
    return { journal: await CaptureJournal.create(destination, head), found: null };
  }
  const found = await readJournal(destination, (old) => {
    checkSame(old, head, options.identity.model || options.source.path);
    return state;
  });
  if (await isBeingNamed(destination, found.head)) return { journal: null, found };
  await checkThere(options, found);
  return { journal: await CaptureJournal.reopen(destination, found.validBytes), found };
}

/** What the journal speaks of must be there; without a captured byte there need not be a file. @throws EngineError `image-part-missing` */
async function checkThere({ destination, partBytes }: CaptureOptions, { dataEnd }: ReadJournal): Promise<void> {
  if (dataEnd <= CLUSTER_SIZE) return;
  const output = new OutputParts(destination, partBytes);
  for (let index = 0; index < output.count(dataEnd); index++) {
    if (!(await exists(output.partial(index)))) throw new EngineError('image-part-missing', { path: destination, part: basename(output.partial(index)) });
  }
}

function checkSame(old: JournalHead, now: JournalHead, disk: string): void {
  if (old.source.serial !== now.source.serial || old.source.model !== now.source.model) throw new EngineError('resume-mismatch', { what: disk });
  if (old.source.size !== now.source.size) throw new EngineError('source-changed', { disk, what: 'size' });
  const options = ['clusterSize', 'partBytes', 'compression', 'parent'] as const;
  const other = options.find((key) => old[key] !== now[key]);
  if (other) throw new EngineError('resume-mismatch', { what: other });
  if (old.mapSha256 !== now.mapSha256 || old.clusters !== now.clusters) throw new EngineError('source-changed', { disk, what: 'contents' });
}

function headOf(options: CaptureOptions, clusters: number): JournalHead {
  const { map, identity } = options;
  const hash = createHash('sha256');
  for (const { offset, length } of map.used) hash.update(`${offset}+${length},`);
  for (const partition of map.partitions) hash.update(`${partition.number}:${partition.method}:${partition.fingerprint};`);
  return {
    format: 'werkbank-capture', version: 1, id: randomUUID(), createdAt: new Date().toISOString(),
    source: { model: identity.model, serial: identity.serial, size: identity.size }, mapSha256: hash.digest('hex'),
    clusterSize: CLUSTER_SIZE, clusters, virtualSize: map.size, partBytes: options.partBytes, compression: options.compression,
    parent: options.parent?.found.manifest.id ?? '', overwrite: options.overwrite,
  };
}

function overlaysOf({ map, overlays }: CaptureOptions): Overlay[] {
  return overlays.flatMap(({ partition, address }) => {
    const found = map.partitions.find((p) => p.number === partition);
    return found ? [{ offset: found.offset, length: Math.min(found.length, address.size), address }] : [];
  });
}

/** Clusters that only the parent has: they would read through to old data, so they are entered as zeros. */
function withHidden(clusters: Float64Array, state: CaptureState, parent: Float64Array): { clusters: Float64Array; offsets: Float64Array; lengths: Uint32Array } {
  const own = new Set(parent.length > 0 ? clusters : []);
  const hidden = parent.filter((cluster) => !own.has(cluster));
  if (hidden.length === 0) return { clusters, offsets: state.offsets, lengths: state.lengths };
  const order = [...clusters.keys(), ...Array.from(hidden, (_, i) => clusters.length + i)];
  const number = (i: number): number => (i < clusters.length ? clusters[i]! : hidden[i - clusters.length]!);
  order.sort((a, b) => number(a) - number(b));
  return {
    clusters: Float64Array.from(order, number),
    offsets: Float64Array.from(order, (i) => (i < clusters.length ? state.offsets[i]! : 0)),
    lengths: Uint32Array.from(order, (i) => (i < clusters.length ? state.lengths[i]! : STORED.zero)),
  };
}

/** Bytes of the used extents that earlier runs have done, for a bar that goes on where it stopped. */
function keptBytes(used: readonly Extent[], clusters: Float64Array, state: CaptureState): number {
  const kept: Extent[] = [];
  for (let i = 0; i < clusters.length; i++) if (state.done[i] === CLUSTER.kept) kept.push({ offset: clusters[i]! * CLUSTER_SIZE, length: CLUSTER_SIZE });
  return kept.length === 0 ? 0 : totalLength(intersect(used, normalize(kept)));
}

/**
 * In one folder the bare name, so that both can be moved together; else the whole path, or the name again when that is too long for the header:
 * this program finds a parent by its identity anyway. What stands in front of a colon is a protocol for QEMU, except behind a slash.
 */
function backingName(image: string, parent: string): string {
  const path = resolve(parent);
  if (dirname(resolve(image)) !== dirname(path) && Buffer.byteLength(path) <= MAX_BACKING_NAME) return path;
  const name = basename(path);
  return name.includes(':') ? `./${name}` : name;
}

function contentHash(clusters: Float64Array, hashes: Uint8Array): string {
  const hash = createHash('sha256');
  const number = Buffer.alloc(8);
  for (let i = 0; i < clusters.length; i++) {
    number.writeBigUInt64LE(BigInt(clusters[i]!));
    hash.update(number).update(hashes.subarray(i * 32, i * 32 + 32));
  }
  return hash.digest('hex');
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

function shareBytes(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
