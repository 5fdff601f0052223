import { runCommand } from '../command.ts';
import { createDisks } from '../disks.ts';
import { BUILT } from '../facts/built.ts';
import { createFacts } from '../facts/session.ts';
import { volumeNow } from '../facts/volume-ref.ts';
import type { Host } from '../host.ts';
import { createGrowth } from '../growth.ts';
import { createPracticeDisks } from '../practice-disks.ts';
import { createRemedies } from '../remedies/remedies.ts';
import { NO_SERVICING } from '../servicing.ts';
import { createSources } from '../sources.ts';
import { createTargets } from '../targets.ts';
import { createVolumes } from '../volumes.ts';
import { createLinuxDisks } from './disks.ts';
import { createLinuxElevation } from './elevation.ts';
import { createLinuxFacts } from './facts/index.ts';
import { createLinuxGrowth } from './grow.ts';
import { createLinuxHardware } from './hardware.ts';
import { linuxMachine } from './machine.ts';
import { createLinuxPower } from './power.ts';
import { createLinuxRemedies } from './remedies.ts';
import { createLinuxSources } from './sources.ts';
import { createLinuxTargets } from './targets.ts';
import { createLinuxVolumes } from './volumes.ts';

export function createLinuxHost(practiceFolder: () => string | null): Host {
  const disks = createDisks(createLinuxDisks(runCommand), practiceFolder);
  const facts = createLinuxFacts(runCommand);
  return {
    disks,
    targets: createTargets(disks, createLinuxTargets(runCommand)),
    elevation: createLinuxElevation(runCommand),
    practice: createPracticeDisks(disks, practiceFolder),
    sources: createSources(disks, createLinuxSources(runCommand)),
    growth: createGrowth(disks, createLinuxGrowth(runCommand)),
    volumes: createVolumes(disks, createLinuxVolumes(runCommand)),
    servicing: NO_SERVICING,
    hardware: createLinuxHardware(),
    facts: createFacts(disks, facts, { built: BUILT }),
    remedies: createRemedies(runCommand, createLinuxRemedies(runCommand), (volume) => volumeNow(disks, facts, volume)),
    power: createLinuxPower(runCommand),
    machine: linuxMachine(),
  };
}
