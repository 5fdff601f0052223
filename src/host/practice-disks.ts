import { EngineError } from '../../native-free-engine/index.ts';
import type { Disks } from './disks.ts';
import type { PracticeDisks } from './host.ts';
import { createPractice, practiceId, removePractice } from './practice.ts';

/** Making and removing the practice disks of the user's folder. */
export function createPracticeDisks(disks: Disks, practiceFolder: () => string | null): PracticeDisks {
  const folder = (): string => {
    const chosen = practiceFolder();
    if (chosen === null) throw new EngineError('argument-invalid', { what: 'practice folder' });
    return chosen;
  };
  return {
    async create(request) {
      const path = await createPractice(folder(), request);
      disks.refresh();
      return disks.find(practiceId(path));
    },
    async remove(diskId) {
      const disk = await disks.judge(diskId);
      if (disk.verdict.kind === 'hidden' && !disk.readOnly) throw new EngineError('target-in-use', { disk: disk.path });
      await removePractice(folder(), diskId);
      disks.refresh();
    },
  };
}
