import { runCommand } from '../command.ts';
import { createDisks } from '../disks.ts';
import { BUILT } from '../facts/built.ts';
import { createFacts } from '../facts/session.ts';
import { volumeNow } from '../facts/volume-ref.ts';
import type { Host } from '../host.ts';
import { createGrowth } from '../growth.ts';
import { createPracticeDisks } from '../practice-disks.ts';
import { createRemedies } from '../remedies/remedies.ts';
import { createSources } from '../sources.ts';
import { createTargets } from '../targets.ts';
import { createVolumes, MOUNTS_BY_ITSELF } from '../volumes.ts';
import { createWindowsServicing } from './dism.ts';
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
  const facts = createWindowsFacts(runCommand);
  const elevation = createWindowsElevation(runCommand);
  return {
    disks,
    targets: createTargets(disks, createWindowsTargets(runCommand, system)),
    elevation,
    practice: createPracticeDisks(disks, practiceFolder),
    sources: createSources(disks, createWindowsSources(runCommand)),
    growth: createGrowth(disks, createWindowsGrowth(runCommand)),
    volumes: createVolumes(disks, MOUNTS_BY_ITSELF),
    servicing: createWindowsServicing(runCommand, () => elevation.isElevated()),
    hardware: createWindowsHardware(runCommand),
    facts: createFacts(disks, facts, { built: BUILT }),
    remedies: createRemedies(runCommand, createWindowsRemedies(runCommand, () => elevation.isElevated()), (volume) => volumeNow(disks, facts, volume)),
    power: createWindowsPower(runCommand),
    machine: windowsMachine(runCommand),
  };
}
