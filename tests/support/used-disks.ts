import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1 << 20;

/** Makes used disks as files in a folder: each starts with what is no table, to be still there when it was not touched, and goes on with holes. */
export function usedDisks(folder: () => string): (size?: number) => string {
  let count = 0;
  return (size = 64 * MIB) => {
    const path = join(folder(), `disk-${++count}.img`);
    writeFileSync(path, Buffer.alloc(2 * MIB, 0xee));
    truncateSync(path, size);
    return path;
  };
}
