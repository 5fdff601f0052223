import { throwIfAborted } from '../base/abort.ts';
import type { Extent } from '../base/extent.ts';
import { alignedBuffer } from '../io/aligned-buffer.ts';
import type { BlockSink } from '../io/types.ts';

/** Who wants to hear how far a formatter is, and may stop it. */
export interface FormatWatch {
  readonly signal?: AbortSignal | undefined;
  /** Called with each number of bytes written. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

const STEP = 1024 * 1024;

/**
 * Writes zeros over `extent`, 1 MiB at a time.
 * @throws AbortError between two steps
 */
export async function fillZeros(sink: BlockSink, extent: Extent, { signal, onWritten }: FormatWatch): Promise<void> {
  const zeros = alignedBuffer(Math.min(STEP, extent.length));
  for (let done = 0; done < extent.length; done += STEP) {
    throwIfAborted(signal);
    const piece = zeros.subarray(0, Math.min(STEP, extent.length - done));
    await sink.writeAt(extent.offset + done, piece);
    onWritten?.(piece.length);
  }
}
