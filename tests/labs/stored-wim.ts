import { open } from 'node:fs/promises';
import { captureTree, folderTree } from '../../native-free-engine/index.ts';

/** A folder as the one image of a WIM that is not packed, with holes where the files have zeros: WIMs of many GiB take no room, and little time. */
export async function storedWim(folder: string, path: string, name: string): Promise<void> {
  const file = await open(path, 'wx+');
  const zeros = Buffer.alloc(1 << 20);
  let end = 0;
  try {
    const size = await captureTree(await folderTree(folder), {
      async writeAt(offset, data) {
        // Nothing was written behind the end so far: there a hole holds the same.
        if (offset < end || zeros.compare(data, 0, data.length, 0, data.length) !== 0) await file.write(data, 0, data.length, offset);
        end = Math.max(end, offset + data.length);
      },
      async readInto(offset, buffer) {
        await file.read(buffer, 0, buffer.length, offset);
      },
      flush: () => Promise.resolve(),
    }, { name, packing: 'none' });
    await file.truncate(size);
  } finally {
    await file.close();
  }
}
