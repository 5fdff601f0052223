import { areUntouched, type DiskIdentity, type Plan, type Report } from '../contract/index.ts';
import { diskName, disksOfPlan, formatBytes, type Language, type Texts } from '../texts/index.ts';

const sizedName = (disk: DiskIdentity, language: Language): string => `${diskName(disk)} (${formatBytes(disk.size, language)})`;

/** How it ended, in one sentence. */
export function headline(report: Report, texts: Texts, language: Language): string {
  const { plan } = report;
  if (report.outcome === 'unknown') return texts('report:unknown');
  return texts(`report:headline.${plan.kind}.${variant(report, plan)}`, {
    image: 'image' in plan ? plan.image.name : '',
    good: report.targets.filter((target) => target.outcome === 'written' || target.outcome === 'verified').length,
    total: 'disks' in plan ? plan.disks.length : 1,
    disk: disksOfPlan(plan).slice(0, 1).map((disk) => sizedName(disk, language)).join(''),
    destination: 'destination' in plan ? plan.destination : plan.kind === 'extract' ? plan.folder : plan.kind === 'winpe' ? (plan.iso?.path ?? '') : '',
    percent: plan.kind === 'verify' ? Math.round(plan.share * 1000) / 10 : 0,
    fileSystem: plan.kind === 'format' ? texts(`jobs:fileSystem.${plan.fileSystem}`) : '',
  });
}

function variant({ outcome, targets }: Report, plan: Plan): string {
  if (plan.kind === 'restore' && outcome === 'cancelled' && areUntouched(targets)) return 'cancelledBefore';
  if (plan.kind === 'capture') return outcome;
  // What was not looked at is not known to be good.
  if (plan.kind === 'verify' && outcome === 'done' && plan.share < 1) return 'share';
  if (plan.kind === 'winpe' && plan.iso) return outcome === 'done' ? 'iso' : outcome;
  if (plan.kind !== 'write' && plan.kind !== 'restore' && plan.kind !== 'windows-stick' && plan.kind !== 'winpe') return outcome === 'partly' ? 'failed' : outcome;
  if (outcome !== 'done') return outcome;
  if (plan.disks.length === 1) return plan.verify ? 'verifiedOne' : 'doneOne';
  return plan.verify ? 'verified' : 'done';
}


/** What a checksum is of, and whether it is the one that was asked for. */
export function checksumRemark(report: Report, checksum: Report['checksums'][number], texts: Texts): string {
  const { plan, checksums } = report;
  const expected = plan.kind === 'write' ? plan.expected : null;
  const asked = expected !== null && expected.algorithm === checksum.algorithm && expected.hex === checksum.hex;
  const parts = [
    // Only where there are both is there anything to tell apart.
    checksums.some(({ from }) => from !== null) ? texts(`report:sumOf.${checksum.from === null ? 'image' : 'file'}`) : '',
    asked && report.expectedMatched === true ? texts('report:expected') : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
