import { crc32, createInflateRaw } from 'node:zlib';
import { RandomAccessReader, fromRandomAccessReaderPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl';
import { EngineError } from '../base/errors.ts';
import { streamRange } from '../io/stream-range.ts';
import type { BlockSource, ByteStream } from '../io/types.ts';
import { BufferedInput } from './buffered-input.ts';
import { bunzip2 } from './bzip2.ts';
import { decodedStream, type Decoder } from './decoded-stream.ts';
import { corrupt, truncated } from './faults.ts';
import { Inflater, OUTPUT_CHUNK_BYTES, piecesOf } from './inflater.ts';
import { unxz } from './xz/xz.ts';
import { baseName, imageEntries } from './zip-entry.ts';
import { unzstd } from './zstd.ts';

const FORMAT = 'zip';
/** A zip file with more entries than this holds no image. */
const MAX_ENTRIES = 20_000;
/** Names shown when there are several images. */
const NAMES_SHOWN = 5;

/** Compression methods by number: APPNOTE.TXT 6.3.10, section 4.4.5. */
const METHOD = { stored: 0, deflate: 8, bzip2: 12, zstd: 93, xz: 95 } as const;

/** The one image in a zip file. */
export interface ZipImage {
  /** Its file name, without folders. */
  readonly name: string;
  /** Unpacked, in bytes; checked while unpacking. */
  readonly size: number;
  open(): ByteStream;
}

/**
 * Finds the image in a zip file; its CRC-32 and size are checked when it is read to its end.
 * @throws EngineError `zip-no-image`, `zip-several-images`, `zip-encrypted`, `zip-unsupported`, `image-corrupt`, `image-truncated`
 */
export async function openZipImage(source: BlockSource): Promise<ZipImage> {
  try {
    const reader = new SourceReader(source);
    const zip = await fromRandomAccessReaderPromise(reader, source.size, { autoClose: false, decodeStrings: false });
    const entry = chooseImage(await allEntries(zip));
    const local = await zip.readLocalFileHeaderPromise(entry);
    const start = local.fileDataStart;
    const end = start + entry.compressedSize;
    if (end > source.size) throw truncated(FORMAT);
    return {
      name: baseName(entry.fileName),
      size: entry.uncompressedSize,
      open: () => decodedStream(new EntryDecoder(entry, unpack(entry, streamRange(source, start, end)))),
    };
  } catch (error) {
    throw nameFault(error);
  }
}

async function allEntries(zip: ZipFile): Promise<Entry[]> {
  if (zip.entryCount > MAX_ENTRIES) throw new EngineError('zip-no-image');
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    // yauzl's own decoding refuses names such as `../x`, which do no harm here: nothing is ever stored by its name.
    entry.fileName = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
    entries.push(entry);
  }
  return entries;
}

function chooseImage(entries: readonly Entry[]): Entry {
  const images = imageEntries(entries);
  const [entry] = images;
  if (!entry) throw new EngineError('zip-no-image');
  if (images.length > 1) {
    const names = images.slice(0, NAMES_SHOWN).map(({ fileName }) => fileName.slice(0, 100));
    throw new EngineError('zip-several-images', { names: [...names, ...(images.length > NAMES_SHOWN ? ['…'] : [])].join(', ') });
  }
  if (entry.isEncrypted()) throw new EngineError('zip-encrypted', { name: baseName(entry.fileName) });
  if (!Object.values<number>(METHOD).includes(entry.compressionMethod)) {
    throw new EngineError('zip-unsupported', { method: entry.compressionMethod });
  }
  return entry;
}

function unpack(entry: Entry, packed: ByteStream): ByteStream {
  switch (entry.compressionMethod) {
    case METHOD.deflate:
      return inflated(packed);
    case METHOD.bzip2:
      return bunzip2(packed);
    case METHOD.zstd:
      return unzstd(packed);
    case METHOD.xz:
      return unxz(packed);
    default:
      return packed;
  }
}

function inflated(packed: ByteStream): ByteStream {
  const inflater = new Inflater(createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }), piecesOf(new BufferedInput(packed, FORMAT)), FORMAT);
  return decodedStream({
    size: null,
    async readSome(buffer) {
      const got = await inflater.read(buffer);
      if (got === 0 && inflater.leftover().length) throw corrupt(FORMAT);
      return got;
    },
    consumed: () => packed.consumed(),
    async close() {
      inflater.close();
      await packed.close();
    },
  });
}

/** Checks an entry's size and CRC-32 on the way through, and never trusts the size it claims. */
class EntryDecoder implements Decoder {
  readonly size: number;
  readonly #entry: Entry;
  readonly #stream: ByteStream;
  #crc = 0;
  #done = 0;

  constructor(entry: Entry, stream: ByteStream) {
    this.size = entry.uncompressedSize;
    this.#entry = entry;
    this.#stream = stream;
  }

  async readSome(buffer: Uint8Array): Promise<number> {
    let got: number;
    try {
      got = await this.#stream.read(buffer);
    } catch (error) {
      throw nameFault(error);
    }
    this.#crc = crc32(buffer.subarray(0, got), this.#crc);
    this.#done += got;
    if (this.#done > this.size) throw corrupt(FORMAT);
    if (got === 0 && (this.#done !== this.size || this.#crc !== this.#entry.crc32)) throw corrupt(FORMAT);
    return got;
  }

  consumed(): number {
    return this.#stream.consumed();
  }

  close(): Promise<void> {
    return this.#stream.close();
  }
}

class SourceReader extends RandomAccessReader {
  readonly #source: BlockSource;

  constructor(source: BlockSource) {
    super();
    this.#source = source;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null, bytesRead?: number) => void): void {
    if (position < 0 || position + length > this.#source.size) {
      callback(corrupt(FORMAT));
      return;
    }
    this.#source.readInto(position, buffer.subarray(offset, offset + length)).then(
      () => callback(null, length),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}

/** yauzl's faults are plain errors with a sentence. */
function nameFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof EngineError || error.name === 'AbortError') return error;
  if (/file is truncated/.test(error.message)) return truncated(FORMAT);
  if (/multi-disk/.test(error.message)) return new EngineError('zip-unsupported', { method: 'multi-disk' }, { cause: error });
  if (/encrypt/.test(error.message)) return new EngineError('zip-encrypted', {}, { cause: error });
  return corrupt(FORMAT, error);
}
