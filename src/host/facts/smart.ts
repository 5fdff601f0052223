import { EngineError, type Fact, type SmartHealth } from '../../../native-free-engine/index.ts';
import type { Disk } from '../../contract/index.ts';
import type { CommandRunner } from '../command.ts';
import { at, attempt, garbage, listOf, NotHere, numberAt, parsed, textAt } from './attempt.ts';

/** A dying disk lets smartctl wait until the kernel gives up. */
const TIMEOUT_MS = 10_000;
/** Nothing behind these could say anything. */
const NO_SMART: ReadonlySet<string> = new Set(['loop', 'file', 'virtio']);
/** smartctl(8): bits of its exit status. */
const COMMAND_LINE = 1;
const OPEN_FAILED = 2;

/** What smartctl says of a disk. USB bridges that it does not know are asked again as the usual kind. */
export function smartctl(run: CommandRunner, disk: Pick<Disk, 'path' | 'bus'>, signal: AbortSignal): Promise<Fact<SmartHealth>> {
  return attempt(`smartctl -j -a ${disk.path}`, TIMEOUT_MS, signal, async () => {
    if (NO_SMART.has(disk.bus)) throw new NotHere();
    const ask = async (...more: readonly string[]): Promise<string> => (await run('smartctl', ['-j', '-a', ...more, disk.path], { timeoutMs: TIMEOUT_MS - 500, signal })).stdout;
    const first = answerOf(await ask());
    const unknownBridge = complaintOf(first).some((line) => /specify device type/i.test(line));
    return parseSmart(unknownBridge ? answerOf(await ask('-d', 'sat')) : first);
  });
}

/** Before 7.0 it speaks no JSON, and says so below a line with its version. */
function answerOf(text: string): Record<string, unknown> {
  const old = /^smartctl ([0-6]\.\d+)/.exec(text)?.[1];
  if (old !== undefined) throw new EngineError('tool-failed', { tool: 'smartctl', detail: `smartctl-too-old ${old}` });
  return parsed('smartctl', text);
}

const complaintOf = (answer: Record<string, unknown>): string[] => listOf(at(answer, 'smartctl', 'messages')).map((message) => textAt(message, 'string'));

/**
 * The count of an attribute. Some makers keep more than one figure in its 48 bits; smartctl knows which of them counts and writes it
 * first: "0 (2000 0)" are no replaced sectors on a new disk, and 8589934592000 as one number.
 */
function countOf(row: unknown): number | null {
  const first = /^(\d+)\b/.exec(textAt(row, 'raw', 'string'))?.[1];
  return first === undefined ? numberAt(row, 'raw', 'value') : Number(first);
}

/** A SCSI disk counts what it could not mend for reading, writing and verifying each; null where it counts none. */
function uncorrectedOf(log: unknown): number | null {
  const counts = ['read', 'write', 'verify'].map((kind) => numberAt(log, kind, 'total_uncorrected_errors')).filter((count) => count !== null);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** @throws EngineError `tool-failed` when it could not look at the disk */
export function parseSmart(answer: Record<string, unknown>): SmartHealth {
  const status = numberAt(answer, 'smartctl', 'exit_status');
  if (status === null) throw garbage('smartctl');
  if (status & (COMMAND_LINE | OPEN_FAILED)) throw new EngineError('tool-failed', { tool: 'smartctl', detail: complaintOf(answer)[0] ?? `exit ${status}` });
  const passed = at(answer, 'smart_status', 'passed');
  const rate = numberAt(answer, 'rotation_rate');
  const nvme = at(answer, 'nvme_smart_health_information_log');
  const rows = new Map(listOf(at(answer, 'ata_smart_attributes', 'table')).map((row) => [numberAt(row, 'id'), row]));
  const attribute = (id: number): number | null => countOf(rows.get(id));
  const timeouts = numberAt(rows.get(188), 'raw', 'value');
  return {
    passed: typeof passed === 'boolean' ? passed : null,
    rotational: rate === null ? (nvme === undefined ? null : false) : rate > 0,
    temperature: numberAt(answer, 'temperature', 'current'),
    powerOnHours: numberAt(answer, 'power_on_time', 'hours'),
    reallocated: attribute(5) ?? numberAt(answer, 'scsi_grown_defect_list'),
    reportedUncorrectable: attribute(187) ?? uncorrectedOf(at(answer, 'scsi_error_counter_log')),
    // Some makers keep three counters in it, the one that matters lowest.
    commandTimeouts: timeouts === null ? null : timeouts % 65_536,
    pending: attribute(197),
    offlineUncorrectable: attribute(198),
    criticalWarning: numberAt(nvme, 'critical_warning'),
    percentageUsed: numberAt(nvme, 'percentage_used') ?? numberAt(answer, 'endurance_used', 'current_percent'),
    mediaErrors: numberAt(nvme, 'media_errors'),
    availableSpare: numberAt(nvme, 'available_spare') ?? numberAt(answer, 'spare_available', 'current_percent'),
    spareThreshold: numberAt(nvme, 'available_spare_threshold') ?? numberAt(answer, 'spare_available', 'threshold_percent'),
  };
}
