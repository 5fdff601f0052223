import { open } from 'node:fs/promises';
import type { Lab } from './lab.ts';
import { attachLoop, type LoopDisk } from './loop.ts';

const MIB = 1 << 20;

/** A disk full of something else, of whole MiB: whatever a restore does not cover must not keep it from booting. */
export async function usedDisk(lab: Lab, size: number): Promise<LoopDisk> {
  const disk = await attachLoop(lab, { size });
  const file = await open(disk.path, 'r+');
  const garbage = Buffer.alloc(MIB, 0xe5);
  try {
    for (let at = 0; at < size; at += MIB) await file.write(garbage, 0, MIB, at);
    await file.sync();
  } finally {
    await file.close();
  }
  return disk;
}
