import { runCommand } from '../command.ts';
import { createDisks } from '../disks.ts';
import { BUILT } from '../facts/built.ts';
import { createFacts } from '../facts/session.ts';
import type { Host } from '../host.ts';
import { createGrowth } from '../growth.ts';
import { createPracticeDisks } from '../practice-disks.ts';
import { createRemedies } from '../remedies/remedies.ts';
import { createSources } from '../sources.ts';
import { createTargets } from '../targets.ts';
import { createWindowsDisks } from './disks.ts';
import { createWindowsElevation } from './elevation.ts';
import { createWindowsFacts } from './facts/index.ts';
import { createWindowsGrowth } from './grow.ts';
import { createWindowsHardware } from './hardware.ts';
import { windowsMachine } from './machine.ts';
import { createWindowsPower } from './power.ts';
import { createWindowsRemedies } from './remedies.ts';
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
    facts: createFacts(disks, createWindowsFacts(runCommand), { built: BUILT }),
    remedies: createRemedies(runCommand, createWindowsRemedies(runCommand)),
    power: createWindowsPower(runCommand),
    machine: windowsMachine(runCommand),
  };
}
