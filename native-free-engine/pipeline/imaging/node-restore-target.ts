import { isAbort } from '../../base/abort.ts';
import { EngineError, toEngineError } from '../../base/errors.ts';
import type { ExtentSet } from '../../base/extent.ts';
import { alignDown, alignUp } from '../../base/safe-int.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import { openDevice } from '../../io/node-device.ts';
import type { BlockDevice } from '../../io/types.ts';
import type { RestoreLayout } from '../../layout/restore-plan-types.ts';
import type { PlacedBytes } from '../../partitions/gpt/index.ts';
import { StallLadder, type StallTimeouts } from '../stall-ladder.ts';
import { HEAD_BYTES, holdsMarker, markerBlock, readMarker, slotOf, unfinishedSector, type RestoreMarker } from './restore-marker.ts';
import type { TargetMoves } from './restore-work.ts';
import type { DeviceAddress } from './types.ts';

export type RestoreState = 'preparing' | 'writing' | 'zeroing' | 'verifying' | 'finishing' | 'done' | 'failed';

const ZERO_CHUNK = 4 * 1024 * 1024;

export interface TargetRequest {
  readonly id: string;
  readonly address: DeviceAddress;
  readonly layout: RestoreLayout;
  /** What is not written is known to read as zeros. */
  readonly readsZero?: boolean;
}

/** One disk's side of a restore: its clearing, its marker, its last steps. The body is the workers' business. */
export class RestoreTarget {
  readonly id: string;
  readonly address: DeviceAddress;
  readonly layout: RestoreLayout;
  readonly readsZero: boolean;
  readonly moves: TargetMoves;
  /** What the first MiB of the region will be. */
  readonly head: Uint8Array;
  /** What of the tables lies elsewhere: the backup GPT, extended boot records. */
  readonly late: readonly PlacedBytes[];
  state: RestoreState = 'preparing';
  error: EngineError | null = null;
  /** Bytes of the image that were on it when this run began: everything before. */
  start = 0;
  bytesMoved = 0;
  bytesZeroed = 0;
  bytesVerified = 0;
  readonly #ladder: StallLadder;
  #device: BlockDevice | null = null;
  #marker: RestoreMarker;
  #marking: Promise<void> | null = null;

  constructor(
    request: TargetRequest,
    parts: { readonly moves: TargetMoves; readonly head: Uint8Array; readonly late: readonly PlacedBytes[]; readonly marker: Pick<RestoreMarker, 'imageId' | 'imageName' | 'planHash'> },
    stall: StallTimeouts,
    signal: AbortSignal,
  ) {
    this.id = request.id;
    this.address = request.address;
    this.layout = request.layout;
    this.readsZero = request.readsZero ?? false;
    this.moves = parts.moves;
    this.head = parts.head;
    this.late = parts.late;
    this.#marker = { ...parts.marker, checkpoint: 0, startedAt: Date.now(), sequence: 1 };
    this.#ladder = new StallLadder(stall, signal);
  }

  get alive(): boolean {
    return this.state !== 'failed';
  }

  get stalledSeconds(): number {
    return this.#ladder.oldestSeconds;
  }

  get #base(): number {
    return this.layout.region.offset;
  }

  async open(): Promise<void> {
    const { path, size, sectorSize, wholeSectors } = this.address;
    this.#device = await openDevice(path, { write: true, size, sectorSize, wholeSectors });
  }

  /**
   * Takes over where an earlier run of the same restore stopped.
   * @param unit of the pieces of work, bytes: one that was begun is done again
   * @throws EngineError `resume-mismatch` when the disk holds no unfinished restore, or another one
   */
  async resume(unit: number): Promise<void> {
    const found = await this.#watch((device) => readMarker(device, this.#base));
    const before = found?.marker;
    const other = !before ? this.address.path : before.imageId !== this.#marker.imageId ? before.imageName || before.imageId : before.planHash !== this.#marker.planHash ? this.address.path : null;
    if (!before || other !== null) throw new EngineError('resume-mismatch', { what: other ?? this.address.path });
    this.#marker = { ...before, sequence: before.sequence + 1 };
    this.start = alignDown(before.checkpoint, unit);
  }

  /** Says in sector 0 that it is unfinished, and takes the old tables away at both ends: from here to the last step no system takes this disk for a usable one. */
  async begin(): Promise<void> {
    const { length } = this.layout.region;
    await this.#writeUnfinished();
    await this.#write(this.#firstSector, alignedBuffer(this.head.length - this.#firstSector));
    const tail = Math.min(HEAD_BYTES, alignDown(length - this.head.length, this.layout.sectorSize));
    if (tail > 0) await this.#write(length - tail, alignedBuffer(tail));
    await this.flush();
  }

  /** Bytes: what a disk writes whole or not at all. */
  get #firstSector(): number {
    return Math.min(this.layout.sectorSize, this.head.length);
  }

  async #writeUnfinished(): Promise<void> {
    const sector = alignedBuffer(this.#firstSector);
    sector.set(unfinishedSector(holdsMarker(this.layout.region.length) ? this.#marker : null, Date.now()));
    await this.#write(0, sector);
    await this.flush();
  }

  flush(): Promise<void> {
    return this.#watch((device) => device.flush());
  }

  /** Makes what was written so far last, and says in the marker how far that goes. One at a time; a second call meanwhile does nothing. */
  checkpoint(position: number): void {
    if (this.#marking || !this.alive || !holdsMarker(this.layout.region.length)) return;
    this.#marking = this.#mark(position)
      .catch((error: unknown) => {
        if (!isAbort(error)) this.fail(error);
      })
      .finally(() => (this.#marking = null));
  }

  async settled(): Promise<void> {
    await this.#marking;
  }

  async #mark(position: number): Promise<void> {
    await this.flush();
    this.#marker = { ...this.#marker, checkpoint: position, sequence: this.#marker.sequence + 1 };
    const content = markerBlock(this.#marker, Date.now());
    const block = alignedBuffer(content.length);
    block.set(content);
    await this.#write(slotOf(this.#marker.sequence), block);
  }

  /** Writes zeros over the given bytes of the disk. @param told hears of each piece */
  async zero(extents: ExtentSet, told: (bytes: number) => void): Promise<void> {
    const zeros = alignedBuffer(ZERO_CHUNK);
    for (const extent of extents) {
      for (let done = 0; done < extent.length; ) {
        const part = zeros.subarray(0, Math.min(ZERO_CHUNK, extent.length - done));
        await this.#write(extent.offset - this.#base + done, part);
        done += part.length;
        this.bytesZeroed += part.length;
        told(part.length);
      }
    }
  }

  /**
   * The tables, then the first MiB, which takes the slots of the marker away, and sector 0 at the very last.
   * That one is at every moment either the one that says of what it is unfinished, or the real one with everything else in place.
   */
  async finish(verify: boolean): Promise<void> {
    const late: PlacedBytes[] = [];
    for (const bytes of this.late) late.push(await this.#wholeSectors(bytes));
    for (const { offset, bytes } of late) await this.#write(offset - this.#base, bytes);
    await this.flush();
    this.#marker = { ...this.#marker, sequence: this.#marker.sequence + 1 };
    await this.#writeUnfinished();
    const rest = alignedBuffer(this.head.length - this.#firstSector);
    rest.set(this.head.subarray(this.#firstSector));
    await this.#write(this.#firstSector, rest);
    await this.flush();
    await this.#write(0, this.head.subarray(0, this.#firstSector));
    await this.flush();
    if (verify) for (const placed of [{ offset: this.#base, bytes: this.head }, ...late]) await this.#compare(placed);
  }

  async #compare({ offset, bytes }: PlacedBytes): Promise<void> {
    const back = alignedBuffer(bytes.length);
    await this.#watch((device) => device.readInto(offset, back));
    if (!back.every((byte, i) => byte === bytes[i])) throw new EngineError('target-mismatch', { offset, length: bytes.length });
  }

  /** A record of 512 bytes on a disk of larger sectors: with the rest of its sector as it is there. */
  async #wholeSectors({ offset, bytes }: PlacedBytes): Promise<PlacedBytes> {
    const { sectorSize } = this.layout;
    const start = alignDown(offset, sectorSize);
    const sectors = alignedBuffer(alignUp(offset + bytes.length, sectorSize) - start);
    if (sectors.length !== bytes.length) await this.#watch((device) => device.readInto(start, sectors));
    sectors.set(bytes, offset - start);
    return { offset: start, bytes: sectors };
  }

  async close(): Promise<void> {
    this.#ladder.stop();
    const device = this.#device;
    this.#device = null;
    await device?.close();
  }

  fail(error: unknown): void {
    if (!this.alive) return;
    this.error = toEngineError(error);
    this.state = 'failed';
    // A disk that hangs would keep us waiting for its closing too; its ladder ends what is still under way.
    void Promise.resolve(this.#marking).then(() => this.close()).catch(() => undefined);
  }

  /** @param offset bytes from the start of the region */
  #write(offset: number, data: Uint8Array): Promise<void> {
    return this.#watch((device) => device.writeAt(this.#base + offset, data));
  }

  async #watch<T>(act: (device: BlockDevice) => Promise<T>): Promise<T> {
    const device = this.#device;
    if (!device) throw this.error ?? new EngineError('target-gone', { path: this.address.path });
    return this.#ladder.watch(() => act(device), null);
  }
}
