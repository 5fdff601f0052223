import { runCommand } from '../command.ts';
import { createDisks } from '../disks.ts';
import type { Host } from '../host.ts';
import { createPracticeDisks } from '../practice-disks.ts';
import { createTargets } from '../targets.ts';
import { createMacDisks } from './disks.ts';
import { createMacElevation } from './elevation.ts';
import { createMacTargets } from './targets.ts';

export function createMacHost(practiceFolder: () => string | null): Host {
  const disks = createDisks(createMacDisks(runCommand), practiceFolder);
  return {
    disks,
    targets: createTargets(disks, createMacTargets(runCommand)),
    elevation: createMacElevation(runCommand),
    practice: createPracticeDisks(disks, practiceFolder),
  };
}
