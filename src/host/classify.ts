import type { Bus, Disk, Reason, Verdict } from '../contract/index.ts';
import type { DiskFacts, DiskUse } from './facts.ts';

/** Disks above this many bytes (128 GB as makers count) ask for an extra confirmation. */
export const LARGE_DISK = 128e9;

/** From this score on a disk is taken for one that people write images to. */
export const STICK_SCORE = 50;

export interface Circumstances {
  /** The disk of the running system was found among the disks. When it was not, any internal disk may be it. */
  readonly systemKnown: boolean;
}

const BUS_SCORE: Readonly<Record<Bus, number>> = {
  file: 100, usb: 60, sd: 60, loop: 60, unknown: 25, scsi: 20, virtio: 10, sata: 10, ata: 10, sas: 5, nvme: 5,
};

const INTERNAL_BUSES: ReadonlySet<Bus> = new Set(['nvme', 'sata', 'ata', 'sas', 'scsi', 'virtio']);

const isSystem = (facts: DiskFacts): boolean => facts.uses.some((use) => use.kind === 'system');

/** How much a disk is like a stick, 0 to 100. The table is in docs/guides/disks.md. */
export function score(facts: DiskFacts): number {
  if (facts.practice) return 100;
  if (isSystem(facts)) return 0;
  let points = BUS_SCORE[facts.bus];
  if (facts.removable) points += 25;
  if (facts.hotplug) points += 10;
  if (facts.soldered) points -= 50;
  if (facts.size <= 64e9) points += 15;
  else if (facts.size <= LARGE_DISK) points += 5;
  else if (facts.size <= 1e12) points -= 10;
  else points -= 25;
  return Math.min(100, Math.max(0, points));
}

const isInternal = (facts: DiskFacts): boolean =>
  !facts.practice && (facts.soldered || (INTERNAL_BUSES.has(facts.bus) && score(facts) < STICK_SCORE));

interface Rule {
  readonly code: Reason['code'];
  readonly kind: Verdict['kind'];
  /** The placeholders of the reason, or null when the rule does not apply. */
  readonly applies: (facts: DiskFacts, circumstances: Circumstances) => Reason['params'] | null;
}

const when = (yes: boolean): Reason['params'] | null => (yes ? {} : null);

const used = (kind: DiskUse['kind']) => (facts: DiskFacts): Reason['params'] | null => {
  const places = facts.uses.filter((use) => use.kind === kind).map((use) => use.where);
  return places.length > 0 ? { where: [...new Set(places)].join(', ') } : null;
};

/** All rules that apply give their reason; the strictest kind among them is the verdict. */
const RULES: readonly Rule[] = [
  { code: 'system', kind: 'hidden', applies: used('system') },
  { code: 'swap', kind: 'hidden', applies: used('swap') },
  { code: 'raid', kind: 'hidden', applies: used('raid') },
  { code: 'lvm', kind: 'hidden', applies: used('lvm') },
  { code: 'encrypted-in-use', kind: 'hidden', applies: used('encrypted-in-use') },
  { code: 'in-use', kind: 'hidden', applies: used('in-use') },
  { code: 'no-medium', kind: 'hidden', applies: (facts) => when(!facts.medium) },
  { code: 'empty', kind: 'hidden', applies: (facts) => when(facts.medium && facts.size <= 0) },
  { code: 'read-only', kind: 'hidden', applies: (facts) => when(facts.readOnly || facts.optical) },
  { code: 'system-unknown', kind: 'hidden', applies: (facts, { systemKnown }) => when(!systemKnown && !isSystem(facts) && isInternal(facts)) },
  { code: 'system-unknown', kind: 'confirm', applies: (facts, { systemKnown }) => when(!systemKnown && !facts.practice && !isInternal(facts)) },
  { code: 'internal', kind: 'confirm', applies: (facts) => when(isInternal(facts)) },
  { code: 'unknown-bus', kind: 'confirm', applies: (facts) => when(facts.bus === 'unknown' && score(facts) < STICK_SCORE) },
  { code: 'large', kind: 'confirm', applies: (facts) => (!facts.practice && facts.size > LARGE_DISK ? { size: facts.size } : null) },
  { code: 'mounted', kind: 'confirm', applies: used('mounted') },
  { code: 'practice', kind: 'writable', applies: (facts) => when(facts.practice) },
  { code: 'loop', kind: 'writable', applies: (facts) => when(facts.bus === 'loop') },
  { code: 'removable', kind: 'writable', applies: (facts) => when(!facts.practice && facts.bus !== 'loop') },
];

const STRICTNESS = ['hidden', 'confirm', 'writable'] as const;

/** Whether a disk may be written, with every reason of the deciding kind. Pure. */
export function classify(facts: DiskFacts, circumstances: Circumstances): Verdict {
  const found = RULES.flatMap((rule) => {
    const params = rule.applies(facts, circumstances);
    return params ? [{ kind: rule.kind, reason: { code: rule.code, params } }] : [];
  });
  const kind = STRICTNESS.find((candidate) => found.some((entry) => entry.kind === candidate)) ?? 'hidden';
  return { kind, reasons: found.filter((entry) => entry.kind === kind).map((entry) => entry.reason), score: score(facts) };
}

/** The list as it is while an image on the disks `holdingIds` is the source: those are hidden too. */
export function withImageOn(disks: readonly Disk[], holdingIds: readonly string[]): Disk[] {
  const reason: Reason = { code: 'holds-image', params: {} };
  return disks.map((disk) => {
    if (!holdingIds.includes(disk.id)) return disk;
    const others = disk.verdict.kind === 'hidden' ? disk.verdict.reasons : [];
    return { ...disk, verdict: { ...disk.verdict, kind: 'hidden', reasons: [...others, reason] } };
  });
}
