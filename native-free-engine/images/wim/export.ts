import { EngineError } from '../../base/errors.ts';
import { WimCrew } from '../../codecs/node-wim-crew.ts';
import { throwIfAborted } from '../../base/abort.ts';
import { windowed } from '../../io/windowed.ts';
import { readImage } from './image.ts';
import type { Wim } from './open.ts';
import type { WimOutput } from './output.ts';
import { CHUNK_BYTES, type WimPacking } from './pack.ts';
import { isPacked, isSolid, type Resource } from './resource.ts';
import { readInOrder } from './sequence.ts';
import { inFileOrder } from './split.ts';
import { countReferences } from './statistics.ts';
import type { Incoming, IncomingBytes } from './store.ts';
import { WIM_FLAG } from './structs.ts';
import type { Stream } from './types.ts';
import { StreamCheck } from './verify.ts';
import { WimWriter, type WimFormat } from './writer.ts';
import { imageElements } from './xml-data.ts';

export interface ExportOptions {
  /** Numbers of the images, from 1, in the order that they shall have; all of them by default. */
  readonly images?: readonly number[];
  /** By default as the WIM is, so that nothing has to be packed anew; LZX for what is packed with LZMS or solid. */
  readonly packing?: WimPacking;
  readonly chunkSize?: number;
  readonly integrity?: boolean;
  readonly signal?: AbortSignal;
  /** Stored bytes done so far, of how many: of what is moved as it is and what is packed anew. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes some images of a WIM as a new one that is neither solid nor split. Resources packed as the new one shall be move as they
 * are; all others are unpacked, checked against their SHA-1 and packed anew. So an ESD becomes a WIM that can be split.
 * @returns bytes of the new WIM
 * @throws EngineError `wim-image-not-found`, `wim-data-missing`, `wim-checksum-mismatch`, as {@link readImage}, and what sources and output throw; AbortError
 */
export async function exportImages(wim: Wim, output: WimOutput, options: ExportOptions = {}): Promise<number> {
  const { signal, onProgress } = options;
  const indexes = options.images ?? wim.images.map(({ index }) => index);
  const format = formatOf(wim, options);
  const crew = new WimCrew();
  try {
    const writer = new WimWriter(output, format, crew);
    const references = new Map<string, number>();
    for (const index of indexes) {
      for (const [hash, count] of countReferences((await readImage(wim, index)).root)) references.set(hash, (references.get(hash) ?? 0) + count);
    }
    const wanted = inFileOrder(wim).filter(({ hash }) => references.has(hash));
    for (const hash of references.keys()) if (!wim.table.streams.has(hash)) throw new EngineError('wim-data-missing', { path: wim.path, name: hash });

    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    const streams: Stream[] = [];
    const stored = (stream: Stream, resource: Resource): void => {
      streams.push({ ...stream, offset: 0, resource, references: references.get(stream.hash)! });
      onProgress?.((done += stream.size), total);
    };
    const sources = wim.files.map(({ source }) => windowed(source));
    const asItIs = ({ resource }: Stream): boolean => movesAsItIs(wim, resource, format);
    for (const stream of wanted.filter(asItIs)) {
      throwIfAborted(signal);
      stored(stream, await writer.copy(stream.resource, sources[stream.resource.part]!));
    }
    for await (const { of, resource } of writer.store(unpacked(wim, wanted.filter((stream) => !asItIs(stream)), crew, signal))) stored(wim.table.streams.get(of.hash)!, resource);

    for (const index of indexes) {
      const stream = wim.table.metadata[index - 1]!;
      if (movesAsItIs(wim, stream.resource, format)) await writer.copyImage(stream, sources[stream.resource.part]!);
      else await writer.image(await readImage(wim, index));
    }
    const elements = imageElements(wim.xml, wim.images.length);
    const images = indexes.map((index, i) => ({ ...elements[index - 1]!, attributes: { INDEX: String(i + 1) } }));
    return await writer.finish(streams, images, indexes.indexOf(wim.header.bootIndex) + 1, wim.header.flags & WIM_FLAG.reparseFixed, signal);
  } finally {
    await crew.close();
  }
}

function formatOf({ header, solid }: Wim, { packing, chunkSize, integrity = false }: ExportOptions): WimFormat {
  const kept = header.compression === 'lzms' || solid ? 'lzx' : header.compression;
  const chosen = packing ?? kept;
  return { packing: chosen, integrity, chunkSize: chunkSize ?? (chosen === header.compression ? header.chunkSize : CHUNK_BYTES) };
}

function movesAsItIs({ header }: Wim, resource: Resource, { packing, chunkSize }: WimFormat): boolean {
  if (isSolid(resource)) return false;
  if (resource.size === 0) return true;
  // In a packed WIM, what is not packed would not have become smaller.
  if (!isPacked(resource)) return packing === 'none' || header.compression !== 'none';
  return header.compression === packing && header.chunkSize === chunkSize;
}

async function* unpacked(wim: Wim, streams: readonly Stream[], crew: WimCrew, signal: AbortSignal | undefined): AsyncGenerator<IncomingBytes> {
  const check = new StreamCheck(({ hash }) => {
    throw new EngineError('wim-checksum-mismatch', { path: wim.path, what: hash });
  });
  let of = undefined as Incoming | undefined;
  for await (const { stream, data } of readInOrder(wim, streams, crew, signal)) {
    check.update(stream, data);
    if (of?.hash !== stream.hash) of = { size: stream.size, hash: stream.hash };
    yield { of, data };
  }
  for (const stream of streams) if (stream.size > 0 && !check.finished.has(stream)) throw new EngineError('wim-checksum-mismatch', { path: wim.path, what: stream.hash });
}
