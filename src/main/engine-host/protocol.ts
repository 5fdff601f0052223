import { z } from 'zod';
import { EngineError, ERROR_CODES, type ErrorCode, type PlainError as EnginePlainError } from '../../../native-free-engine/index.ts';
import { events, hostCalls, plainErrorSchema, planSchema, type PlainError } from '../../contract/index.ts';

/** Calls between the main process and an engine host that the window has no business with. */
const internalCalls = {
  /** Whether a plan's disks can only be opened by an administrator. */
  'job.needsRights': { input: z.object({ plan: planSchema }), output: z.boolean() },
  /** The user keeps practice disks somewhere else from now on, or nowhere. */
  'practice.folder': { input: z.object({ folder: z.string().nullable() }), output: z.null() },
} as const;

export const engineCalls = { ...hostCalls, ...internalCalls } as const;

/** The events an engine host sends; the others are the main process's own. */
export const engineEvents = {
  'disks': events.disks,
  'job.progress': events['job.progress'],
  'job.ended': events['job.ended'],
  /** Just before a job of files ends: a piece of the list that `sha256sum --check` takes, in order. */
  'job.sums': z.object({ jobId: z.string(), text: z.string() }),
  'preflight.result': events['preflight.result'],
  'preflight.remedy': events['preflight.remedy'],
} as const;

export type EngineCallName = keyof typeof engineCalls;
export type EngineCallInput<Name extends EngineCallName> = z.input<(typeof engineCalls)[Name]['input']>;
export type EngineCallOutput<Name extends EngineCallName> = z.output<(typeof engineCalls)[Name]['output']>;
export type EngineEventName = keyof typeof engineEvents;
export type EngineEventPayload<Name extends EngineEventName> = z.output<(typeof engineEvents)[Name]>;

const callName = z.enum(Object.keys(engineCalls) as [EngineCallName, ...EngineCallName[]]);
const eventName = z.enum(Object.keys(engineEvents) as [EngineEventName, ...EngineEventName[]]);
const callId = z.int().nonnegative();

/** What the main process says. `cancel` means that the answer is no longer wanted. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: callId, name: callName, input: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), id: callId }),
  z.strictObject({ type: z.literal('listen'), event: eventName }),
  z.strictObject({ type: z.literal('dispose'), event: eventName }),
]);

/** What an engine host says. */
export const hostMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('reply'),
    id: callId,
    reply: z.discriminatedUnion('ok', [
      z.strictObject({ ok: z.literal(true), value: z.unknown() }),
      z.strictObject({ ok: z.literal(false), error: plainErrorSchema }),
    ]),
  }),
  z.strictObject({ type: z.literal('event'), event: eventName, payload: z.unknown() }),
]);

/** The first thing an elevated engine host says on its connection. */
export const helloSchema = z.strictObject({ type: z.literal('hello'), token: z.string().regex(/^[0-9a-f]{64}$/) });

export type ClientMessage = z.infer<typeof clientMessageSchema>;
export type HostMessage = z.infer<typeof hostMessageSchema>;

/** A value from the other side, checked. @throws EngineError `engine-protocol` naming `what` */
export function parseMessage<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new EngineError('engine-protocol', { detail: `${what}: ${parsed.error.issues[0]?.path.join('.') ?? ''}` }, { cause: parsed.error });
}

/** An error that crossed a border, as an error again; a code this program does not know becomes `unexpected`. */
export function fromPlainError(plain: PlainError): EngineError {
  const known = Object.hasOwn(ERROR_CODES, plain.code);
  const code: ErrorCode = known ? (plain.code as ErrorCode) : 'unexpected';
  return EngineError.fromPlain({ ...plain, code, params: known ? plain.params : { detail: plain.code } } as EnginePlainError);
}

/** An error ready to cross a border. */
export function toPlainError(error: EngineError): PlainError {
  const { place, ...plain } = error.toPlain();
  return { ...plain, params: { ...plain.params }, place: place ? { ...place } : null };
}
