import { open, type FileHandle } from 'node:fs/promises';
import { EngineError } from '../../base/errors.ts';
import { throwIfAborted } from '../../base/abort.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { PlannedEdit } from './edit.ts';
import { unwritable } from './node-new-file.ts';
import type { Wim } from './open.ts';
import { WIM_HEADER_BYTES } from './structs.ts';

const WRITE_BYTES = 1 << 20;

/**
 * Writes planned changes into the WIM's own file: first the new bytes behind the old ones, then, when those are on stable storage,
 * the header that makes them count. Interrupted at any moment, the file is the old WIM or the new one. The file is opened anew
 * afterwards; `wim` still describes the old one.
 * @throws EngineError `wim-changed`, `destination-full`, `destination-unwritable`, and what new contents throw; AbortError before the header is written
 */
export async function applyEdit(wim: Wim, edit: PlannedEdit, signal?: AbortSignal): Promise<void> {
  const { path, source, head } = wim.files[0]!;
  const file = await open(path, 'r+').catch(unwritable(path));
  try {
    await checkUnchanged(file, path, head, source.size);
    for (let at = 0; at < edit.tail.size; at += WRITE_BYTES) {
      throwIfAborted(signal);
      const data = await readBytes(edit.tail, at, Math.min(WRITE_BYTES, edit.tail.size - at));
      await writeAll(file, data, edit.tailOffset + at).catch(unwritable(path));
    }
    await file.sync().catch(unwritable(path));
    throwIfAborted(signal);
    await writeAll(file, edit.header, 0).catch(unwritable(path));
    await file.sync().catch(unwritable(path));
    // What an interrupted change once left behind.
    await file.truncate(edit.tailOffset + edit.tail.size).catch(unwritable(path));
  } finally {
    await file.close();
  }
}

async function checkUnchanged(file: FileHandle, path: string, opened: Uint8Array, size: number): Promise<void> {
  const head = Buffer.alloc(WIM_HEADER_BYTES);
  await file.read(head, 0, head.length, 0);
  if (!head.equals(opened) || (await file.stat()).size !== size) throw new EngineError('wim-changed', { path });
}

async function writeAll(file: FileHandle, data: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < data.length; ) done += (await file.write(data, done, data.length - done, offset + done)).bytesWritten;
}
