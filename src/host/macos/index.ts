import { runCommand } from '../command.ts';
import { createDisks } from '../disks.ts';
import { BUILT } from '../facts/built.ts';
import { createFacts } from '../facts/session.ts';
import type { Host } from '../host.ts';
import { createGrowth } from '../growth.ts';
import { createPracticeDisks } from '../practice-disks.ts';
import { createRemedies, NO_REMEDIES } from '../remedies/remedies.ts';
import { NO_SERVICING } from '../servicing.ts';
import { createSources } from '../sources.ts';
import { createTargets } from '../targets.ts';
import { createVolumes, MOUNTS_BY_ITSELF } from '../volumes.ts';
import { createMacDisks } from './disks.ts';
import { createMacElevation } from './elevation.ts';
import { createMacFacts } from './facts.ts';
import { createMacGrowth } from './grow.ts';
import { macMachine } from './machine.ts';
import { createMacPower } from './power.ts';
import { createMacSources } from './sources.ts';
import { createMacTargets } from './targets.ts';

export function createMacHost(practiceFolder: () => string | null): Host {
  const disks = createDisks(createMacDisks(runCommand), practiceFolder);
  return {
    disks,
    targets: createTargets(disks, createMacTargets(runCommand)),
    elevation: createMacElevation(runCommand),
    practice: createPracticeDisks(disks, practiceFolder),
    sources: createSources(disks, createMacSources(runCommand)),
    growth: createGrowth(disks, createMacGrowth()),
    volumes: createVolumes(disks, MOUNTS_BY_ITSELF),
    servicing: NO_SERVICING,
    hardware: { devices: () => Promise.resolve([]) },
    facts: createFacts(disks, createMacFacts(runCommand), { built: BUILT }),
    remedies: createRemedies(runCommand, NO_REMEDIES, () => Promise.resolve(null)),
    power: createMacPower(runCommand),
    machine: macMachine(runCommand),
  };
}
