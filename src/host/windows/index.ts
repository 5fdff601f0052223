import { runCommand } from '../command.ts';
import { createDisks } from '../disks.ts';
import type { Host } from '../host.ts';
import { createGrowth } from '../growth.ts';
import { createPracticeDisks } from '../practice-disks.ts';
import { createSources } from '../sources.ts';
import { createTargets } from '../targets.ts';
import { createWindowsDisks } from './disks.ts';
import { createWindowsElevation } from './elevation.ts';
import { createWindowsGrowth } from './grow.ts';
import { createWindowsHardware } from './hardware.ts';
import { createWindowsPower } from './power.ts';
import { createWindowsSources } from './sources.ts';
import { createWindowsTargets } from './targets.ts';

export function createWindowsHost(practiceFolder: () => string | null): Host {
  const system = createWindowsDisks(runCommand);
  const disks = createDisks(system, practiceFolder);
  return {
    disks,
    targets: createTargets(disks, createWindowsTargets(runCommand, system)),
    elevation: createWindowsElevation(runCommand),
    practice: createPracticeDisks(disks, practiceFolder),
    sources: createSources(disks, createWindowsSources(runCommand)),
    growth: createGrowth(disks, createWindowsGrowth(runCommand)),
    hardware: createWindowsHardware(runCommand),
    power: createWindowsPower(runCommand),
  };
}
