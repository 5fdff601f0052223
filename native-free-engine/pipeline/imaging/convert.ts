import { throwIfAborted } from '../../base/abort.ts';
import { EngineError } from '../../base/errors.ts';
import { endOf, totalLength, type Extent, type ExtentSet } from '../../base/extent.ts';
import { alignDown, alignUp } from '../../base/safe-int.ts';
import type { DiskImage } from '../../images/disk-image.ts';
import { CHUNK_ALIGNMENT, type ImageWriter } from '../../images/image-writer.ts';
import { createVhd } from '../../images/vhd/write.ts';
import { createVhdx } from '../../images/vhdx/index.ts';
import { createVmdk } from '../../images/vmdk/write.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import { SpeedMeter } from '../speed-meter.ts';
import { nonZeroRuns } from '../zero-runs.ts';
import { createConvertTarget, type ConvertTarget } from './node-convert-target.ts';
import type { ImagingProgress } from './types.ts';

/** vhd and vhdx: dynamic; vmdk: stream-optimised, the variant that VMware and VirtualBox import. */
export type ConvertFormat = 'raw' | 'vhd' | 'vhdx' | 'vmdk';

export interface ConvertOptions {
  /** Stays open. */
  readonly source: DiskImage;
  readonly to: string;
  readonly format: ConvertFormat;
  /** Replace a file of that name; it is kept until the new one is whole. */
  readonly overwrite?: boolean;
  readonly signal: AbortSignal;
  readonly report?: (progress: ImagingProgress) => void;
}

export interface ConvertResult {
  readonly path: string;
  readonly format: ConvertFormat;
  /** Of the disk, bytes. */
  readonly size: number;
  /** Bytes that were read, rounded outwards to 64 KiB. */
  readonly usedBytes: number;
  /** Bytes that were written. */
  readonly storedBytes: number;
}

const CHUNK = 4 * 1024 * 1024;
/** 64 TiB. */
const MAX_VHDX_SIZE = 64 * 1024 ** 4;

/**
 * Writes the disk in an image into a file of another format. Only used extents are read, only what is not zeros is
 * written. The file is `NAME.partial` until it is whole and on stable storage; on failure nothing is left behind.
 * @throws EngineError `destination-exists`, `destination-full`, `destination-unwritable`, `image-too-large-for-format`,
 *   `sector-size-mismatch`, and what reading the source throws; AbortError
 */
export async function convertImage(options: ConvertOptions): Promise<ConvertResult> {
  const { source, to, format, signal } = options;
  throwIfAborted(signal);
  checkFits(source, format, to);
  const target = await createConvertTarget(to, { overwrite: options.overwrite ?? false, inUse: source.files });
  try {
    const chunks = wholeUnits(await source.usedExtents(), source.size);
    const writer = createWriter(target, source, format);
    await copy(source, chunks, writer, target, options);
    await writer.finish();
    throwIfAborted(signal);
    await target.commit();
    return { path: to, format, size: source.size, usedBytes: totalLength(chunks), storedBytes: target.stored };
  } catch (error) {
    await target.discard();
    throw error;
  }
}

function checkFits(source: DiskImage, format: ConvertFormat, to: string): void {
  if (format === 'vhdx' && source.size > MAX_VHDX_SIZE) throw new EngineError('image-too-large-for-format', { format: 'VHDX', size: source.size, maximum: MAX_VHDX_SIZE });
  // VHD and VMDK know sectors of 512 bytes only: a table that counts in others would be misread.
  if ((format === 'vhd' || format === 'vmdk') && source.sectorSize !== 512) throw new EngineError('sector-size-mismatch', { image: source.sectorSize, disk: to, target: 512 });
}

function createWriter(target: ConvertTarget, source: DiskImage, format: ConvertFormat): ImageWriter {
  switch (format) {
    case 'raw':
      return { writeAt: (offset, data) => target.writeAt(offset, data), finish: () => target.resize(source.size) };
    case 'vhd':
      return createVhd(target, source.size);
    case 'vhdx': {
      const logicalSectorSize = source.sectorSize === 4096 ? 4096 : 512;
      return createVhdx(target, { size: alignUp(source.size, logicalSectorSize), logicalSectorSize });
    }
    case 'vmdk':
      return createVmdk(target, { size: source.size, name: target.name });
  }
}

/** The extents rounded outwards to what an {@link ImageWriter} takes. */
function wholeUnits(used: ExtentSet, size: number): ExtentSet {
  const out: { offset: number; length: number }[] = [];
  for (const extent of used) {
    const last = out.at(-1);
    const start = alignDown(extent.offset, CHUNK_ALIGNMENT);
    const end = Math.min(size, alignUp(endOf(extent), CHUNK_ALIGNMENT));
    if (last && start <= last.offset + last.length) last.length = Math.max(last.length, end - last.offset);
    else out.push({ offset: start, length: end - start });
  }
  return out;
}

function* pieces(extents: ExtentSet): Generator<Extent> {
  for (const { offset, length } of extents) {
    for (let at = 0; at < length; at += CHUNK) yield { offset: offset + at, length: Math.min(CHUNK, length - at) };
  }
}

/** One chunk is written while the next is read. */
async function copy(source: DiskImage, chunks: ExtentSet, writer: ImageWriter, target: ConvertTarget, { signal, report }: ConvertOptions): Promise<void> {
  const bytesTotal = totalLength(chunks);
  const speed = new SpeedMeter();
  let bytesDone = 0;
  const buffers = [alignedBuffer(CHUNK), alignedBuffer(CHUNK)];
  let writing: Promise<void> = Promise.resolve();
  let turn = 0;
  try {
    for (const { offset, length } of pieces(chunks)) {
      throwIfAborted(signal);
      const data = buffers[turn++ % 2]!.subarray(0, length);
      await source.readInto(offset, data);
      await writing;
      writing = writeRuns(writer, offset, data);
      // A fault is met at the next turn; until then it must not count as nobody's.
      writing.catch(() => undefined);
      bytesDone += length;
      speed.add(bytesDone);
      report?.({
        bytesDone, bytesTotal, speed: speed.bytesPerSecond(), etaSeconds: speed.secondsFor(bytesTotal - bytesDone),
        stored: target.stored, retrying: false, badBytes: 0, stalledSeconds: 0,
      });
    }
  } finally {
    // The file must not be closed under a write.
    await writing;
  }
}

async function writeRuns(writer: ImageWriter, offset: number, data: Uint8Array): Promise<void> {
  for (const run of nonZeroRuns(data)) await writer.writeAt(offset + run.offset, data.subarray(run.offset, run.offset + run.length));
}
