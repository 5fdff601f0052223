import { EngineError } from '../../native-free-engine/index.ts';
import type { CapturePlan, Plan, PlannedDisk } from '../contract/index.ts';
import type { Context } from './context.ts';
import { diskName } from '../texts/index.ts';
import { diskTitle, reasonText } from './disk-text.ts';
import { writtenDisks } from './plan-text.ts';

/** The flag that spells out what it allows. Nothing shorter will do. */
export const SYSTEM_DISK_FLAG = '--i-want-to-destroy-the-running-system';

export interface Consent {
  /** `--yes` */
  readonly yes: boolean;
  /** The reason codes given with `--confirm`. */
  readonly reasons: readonly string[];
}

/**
 * Asks for whatever this plan needs to be agreed to.
 * @returns the codes agreed to, by `Disk.id`, as the job wants them
 * @throws EngineError `confirmation-needed` when nobody can be asked or the answer is no, `disk-needs-confirmation`
 */
export async function confirmPlan(context: Context, plan: Plan, consent: Consent): Promise<Record<string, readonly string[]>> {
  if (plan.kind === 'capture') return confirmStops(context, plan, consent);
  const disks = writtenDisks(plan);
  if (disks.length === 0) return {};
  const mayAsk = context.terminal.canAsk && !context.json && !consent.yes;
  // Drivers go beside what is there; everything else erases.
  const say = (key: 'ask' | 'what', word = ''): string => context.texts(`cli:confirm.${plan.kind === 'drivers' ? 'drivers' : 'erase'}.${key}`, { disks: names(context, disks), word });
  if (!mayAsk && !consent.yes) throw new EngineError('confirmation-needed', { what: say('what') });

  for (const disk of disks) await confirmReasons(context, disk, consent, mayAsk);
  if (mayAsk) {
    const word = context.texts('cli:confirm.word');
    const answer = await context.terminal.ask(say('ask', word));
    if (answer.trim().toLowerCase() !== word) throw new EngineError('confirmation-needed', { what: say('what') });
  }
  return Object.fromEntries(disks.map((disk) => [disk.identity.id, disk.confirm.map((reason) => reason.code)]));
}

/** What is unusual about a disk is agreed to by name: its reasons on the command line, or its model typed over. */
async function confirmReasons(context: Context, disk: PlannedDisk, consent: Consent, mayAsk: boolean): Promise<void> {
  // The flag for the system disk is as explicit as an answer can be.
  const open = disk.confirm.filter((reason) => !consent.reasons.includes(reason.code) && !(reason.code === 'system' && disk.systemDiskAllowed));
  if (open.length === 0) return;
  const reasons = open.map((reason) => `${reasonText(context, reason)} (${reason.code})`).join('; ');
  const refusal = new EngineError('disk-needs-confirmation', { disk: diskTitle(context, disk.identity), reasons });
  if (!mayAsk) throw refusal;
  const expected = diskName(disk.identity);
  const answer = await context.terminal.ask(context.texts('cli:confirm.askModel', { disk: diskTitle(context, disk.identity), reasons, expected }));
  if (answer.trim().toLowerCase() !== expected.trim().toLowerCase()) throw refusal;
}

/** A capture destroys nothing; only what is unusual about the source is agreed to, by name. @throws EngineError `volume-dirty` */
async function confirmStops(context: Context, plan: CapturePlan, consent: Consent): Promise<Record<string, readonly string[]>> {
  const open = plan.stops.filter(({ code }) => !consent.reasons.includes(code));
  const [first] = open;
  if (first) {
    const number = first.partitions[0] ?? 0;
    const kind = plan.partitions.find((partition) => partition.number === number)?.fileSystem?.kind ?? '';
    const refusal = new EngineError('volume-dirty', { number, kind, conditions: first.code });
    if (!context.terminal.canAsk || context.json) throw refusal;
    const reasons = open.map(({ code, partitions }) => context.texts('cli:plan.stop', { numbers: partitions.join(', '), condition: context.texts(`jobs:condition.${code}`), code })).join('; ');
    const expected = open.map(({ code }) => code).join(' ');
    const answer = await context.terminal.ask(context.texts('cli:confirm.askStop', { disk: diskTitle(context, plan.disk), reasons, expected }));
    if (answer.trim().toLowerCase() !== expected) throw refusal;
  }
  return { [plan.disk.id]: plan.stops.map(({ code }) => code) };
}

const names = (context: Context, disks: readonly PlannedDisk[]): string => disks.map((disk) => diskTitle(context, disk.identity)).join('; ');
