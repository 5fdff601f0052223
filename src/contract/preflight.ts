import { z } from 'zod';
import { partitionRoleSchema } from './disk.ts';
import { paramsInWords, type FindText } from './error-words.ts';

/** The same as the engine's `CHECK_IDS`: a test compares them. */
export const checkIdSchema = z.enum([
  'power', 'clock', 'firmware', 'memory', 'updates', 'external-devices', 'hidden-disks',
  'smart', 'activity', 'file-system', 'encryption', 'hibernation', 'os-partitions', 'free-space', 'fragmentation', 'sysprep', 'shrinking',
  'image-name', 'destination', 'target',
  'ports',
  'dhcp', 'file-system-scan', 'surface',
]);

/** What a machine is made ready for. */
export const checkedJobSchema = z.enum(['capture', 'restore', 'write', 'deploy', 'media', 'read', 'format']);

/** From good to bad; `unknown` is what could not be found out, never a silent pass. */
export const checkVerdictSchema = z.enum(['fine', 'advice', 'unknown', 'warning', 'stop']);

/** A text by its code, looked up in `preflight:<check>.`. */
export const saidSchema = z.object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) });

export const checkSubjectSchema = z.object({
  kind: z.enum(['machine', 'disk', 'partition', 'destination', 'port']),
  /** Empty for the machine; `Disk.id`; `Disk.id#number`; a path; a number. */
  id: z.string(),
  /** As people know it, in no language; empty for the machine. */
  name: z.string(),
});

export const evidenceSchema = saidSchema.extend({
  /** The command or file it came from. */
  from: z.string(),
});

export const volumeRefSchema = z.object({
  diskId: z.string(),
  number: z.int(),
  /** What the system's tools call it; empty when they have no name for it. */
  device: z.string(),
  kind: z.string(),
  label: z.string(),
  role: partitionRoleSchema,
  mountPoints: z.array(z.string()),
  size: z.number(),
});

/** What a button does. The first two are commands of the system, the others choices in the wizard. */
export const remedyActionSchema = z.discriminatedUnion('id', [
  z.object({ id: z.enum(['repair-file-system', 'defragment', 'trim', 'decrypt']), volume: volumeRefSchema }),
  z.object({ id: z.enum(['hibernation-off', 'wait-until-quiet']) }),
  z.object({ id: z.enum(['take-partitions', 'leave-out-partitions']), numbers: z.array(z.int()) }),
  z.object({ id: z.literal('rename'), name: z.string() }),
  z.object({ id: z.literal('split'), bytes: z.number() }),
  z.object({ id: z.literal('memory-level'), level: z.enum(['low', 'medium', 'high']) }),
  z.object({ id: z.literal('scan'), check: z.enum(['file-system-scan', 'surface']) }),
]);

export const commandLineSchema = z.object({ program: z.string(), args: z.array(z.string()) });

export const remedySchema = saidSchema.extend({
  /** Null when only hands can do it. */
  action: remedyActionSchema.nullable(),
  /** What the button runs; empty for choices. */
  commands: z.array(commandLineSchema),
  /** Ways to do it by hand. */
  ways: z.array(z.object({ code: z.enum(['window', 'command-prompt', 'powershell', 'terminal', 'by-hand']), steps: z.array(saidSchema) })),
});

/** What one check says about one subject. */
export const checkResultSchema = z.object({
  check: checkIdSchema,
  subject: checkSubjectSchema,
  verdict: checkVerdictSchema,
  finding: saidSchema,
  evidence: z.array(evidenceSchema),
  remedies: z.array(remedySchema),
  /** May be accepted by name. */
  overridable: z.boolean(),
});

/** What many checks say in the same words. */
const SHARED = /^missing-|^not-applicable$|^not-chosen$/;

/** Where the text of a finding or of a piece of evidence stands, `preflight:smart.finding.failing`; its `params` fill it. */
export const checkTextKey = (check: CheckId, part: 'finding' | 'evidence', code: string): string =>
  SHARED.test(code) ? `preflight:shared.${code}` : `preflight:${check}.${part}.${code}`;

/** What stands for a figure that is not known. */
const UNKNOWN = '?';

/** The text of a finding or of a piece of evidence. Where a figure is not known and there is a sentence without it (`on-battery_without-minutes`), that one. */
export function checkWords(check: CheckId, part: 'finding' | 'evidence', { code, params }: Pick<CheckResult['finding'], 'code' | 'params'>, find: FindText): string {
  const key = checkTextKey(check, part, code);
  const words = paramsInWords('', params, find);
  const unknown = Object.keys(params).filter((name) => params[name] === UNKNOWN);
  for (const names of unknown.length === 0 ? [] : [unknown.join('-'), ...unknown]) {
    const text = find(`${key}_without-${names}`, words);
    if (text !== null) return text;
  }
  return find(key, words) ?? code;
}

/** Where the name of a remedy stands, and one step of a way to do it by hand. */
export const remedyTextKey = (code: string): string => `preflight:remedy.${code}`;
export const stepTextKey = (code: string): string => `preflight:step.${code}`;

/** The name by which a warning is accepted, the same in window, terminal and report: `power:on-battery`, `smart:failing:/dev/sda`. The engine's own; a test compares them. */
export const acceptedAs = ({ check, finding, subject }: Pick<CheckResult, 'check' | 'finding' | 'subject'>): string =>
  [check, finding.code, ...(subject.id === '' ? [] : [subject.id])].join(':');

export type CheckId = z.infer<typeof checkIdSchema>;
export type CheckedJob = z.infer<typeof checkedJobSchema>;
export type CheckVerdict = z.infer<typeof checkVerdictSchema>;
export type RemedyAction = z.infer<typeof remedyActionSchema>;
export type Remedy = z.infer<typeof remedySchema>;
export type CheckResult = z.infer<typeof checkResultSchema>;
