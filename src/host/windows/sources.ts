import { join } from 'node:path';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { Disk, Partition } from '../../contract/index.ts';
import type { CommandRunner } from '../command.ts';
import { heldRecords } from '../held-records.ts';
import { sourceMounted, type SourceSystem } from '../sources.ts';
import type { SourceUse } from '../source-types.ts';
import { ownHome } from '../program-data.ts';
import { driveNumber } from './parse.ts';
import { createShadow, removeShadows, shadowsThere } from './vss.ts';

/** Of the user's own: what stands there is removed with administrator rights. */
const HELD_FOLDER = join(process.env['LOCALAPPDATA'] ?? ownHome(), 'Werkbank', 'held');

/** Windows' own provider shadows these only. */
const SHADOWED: ReadonlySet<string> = new Set(['ntfs', 'refs']);

/** Disks as sources on Windows: what has a letter or folder is read from a shadow copy. */
export function createWindowsSources(run: CommandRunner, heldFolder: string = HELD_FOLDER): SourceSystem {
  const records = heldRecords(heldFolder);
  return {
    async uses(disk, partitions) {
      return partitions.map((partition) => useOf(disk, partition));
    },

    async hold({ disk, partition, use }) {
      if (use.remedy !== 'snapshot-vss') return null;
      const number = driveNumber(disk.path);
      if (number === null) throw sourceMounted(disk, use);
      const volume = use.mountPoints[0] ?? disk.path;
      const shadow = await createShadow(run, number, partition.offset, volume);
      const remove = (): Promise<void> => removeShadows(run, [shadow.id]);
      let forget: () => Promise<void>;
      try {
        forget = await records.add({ kind: 'shadow-copy', id: shadow.id });
      } catch (error) {
        await remove().catch(() => undefined);
        throw new EngineError('snapshot-failed', { volume }, { cause: error });
      }
      return {
        partition: { path: shadow.device, size: shadow.size, sectorSize: disk.logicalSectorSize, wholeSectors: true },
        note: { code: 'shadow-copy', params: { volume } },
        async confirm() {
          // Windows throws away a copy that runs out of room.
          const there = await shadowsThere(run, [shadow.id]).catch(() => []);
          if (!there.some((id) => id.toLowerCase() === shadow.id.toLowerCase())) throw new EngineError('snapshot-lost', { volume });
        },
        async release() {
          await remove();
          await forget();
        },
      };
    },

    async sweep() {
      const orphans = (await records.orphans()).flatMap(({ held, forget }) => (held.kind === 'shadow-copy' ? [{ id: held.id, forget }] : []));
      if (orphans.length === 0) return 0;
      await removeShadows(run, orphans.map(({ id }) => id));
      for (const { forget } of orphans) await forget();
      return orphans.length;
    },

    devicePath: (path) => path,
  };
}

/** Windows mounts what it knows for writing; a volume nobody has given a letter or a folder is left alone. */
function useOf(disk: Disk, partition: Partition): SourceUse {
  const now = disk.practice ? null : (disk.partitions.find((each) => each.offset === partition.offset) ?? partition);
  const mountPoints = now?.mountPoints ?? [];
  if (mountPoints.length === 0) return { partition: partition.number, mountPoints, readOnly: true, remedy: 'free' };
  if (disk.readOnly) return { partition: partition.number, mountPoints, readOnly: true, remedy: 'read-only' };
  const kind = (now?.fileSystem ?? partition.fileSystem)?.kind ?? '';
  return { partition: partition.number, mountPoints, readOnly: false, remedy: SHADOWED.has(kind) ? 'snapshot-vss' : 'unmount' };
}
