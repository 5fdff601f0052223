import type { Disk } from '../../contract/index.ts';
import { useCapture } from './capture.ts';
import { useDisks } from './disks.ts';
import { useDrivers } from './drivers.ts';
import { useFormat } from './format.ts';
import { useRead } from './read.ts';
import { useRestore } from './restore.ts';
import { isBack, isStill } from './same-disk.ts';
import { useWindowsStick } from './windows-stick.ts';
import { useWinpe } from './winpe.ts';
import { useWrite } from './write.ts';

const SEVERAL = [useWrite, useRestore, useWindowsStick, useWinpe] as const;
const ONE = [useFormat, useRead, useDrivers] as const;

/** Somebody chose a disk, not its path: another disk that turns up at the path is chosen in no wizard. Returns the way to stop. */
export function forgetSwappedDisks(): () => void {
  const seen = new Map<string, Disk>();
  let there = new Set<string>();
  return useDisks.subscribe(({ disks }, { disks: before }) => {
    if (!disks || disks === before) return;
    for (const disk of disks) {
      const was = seen.get(disk.id);
      if (was && !(there.has(disk.id) ? isStill(was, disk) : isBack(was, disk))) forget(disk.id);
      seen.set(disk.id, disk);
    }
    there = new Set(disks.map(({ id }) => id));
  });
}

function forget(id: string): void {
  for (const wizard of SEVERAL) {
    const { disks, choose } = wizard.getState();
    if (disks.includes(id)) choose(disks.filter((chosen) => chosen !== id));
  }
  for (const wizard of ONE) {
    const { disk, choose } = wizard.getState();
    if (disk === id) choose(null);
  }
  if (useCapture.getState().disk === id) useCapture.setState({ disk: null, partitions: null });
}
