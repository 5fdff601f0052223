import { useMemo } from 'react';
import type { Disk } from '../../../contract/index.ts';
import { missingBytes, useDisks } from '../../stores/disks.ts';
import { useWrite } from '../../stores/write.ts';

/** The chosen disks that are still plugged in, may be written, and hold the image. */
export function useChosenDisks(): readonly Disk[] {
  const disks = useDisks((state) => state.disks);
  const chosen = useWrite((state) => state.disks);
  const size = useWrite((state) => state.image?.size ?? null);
  return useMemo(
    () => (disks ?? []).filter((disk) => chosen.includes(disk.id) && disk.verdict.kind !== 'hidden' && missingBytes(disk, size) === 0),
    [disks, chosen, size],
  );
}
