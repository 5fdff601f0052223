import { z } from 'zod';
import { diskSchema } from './disk.ts';
import { plainErrorSchema } from './error.ts';
import { imageInfoSchema } from './image.ts';
import { jobProgressSchema, jobStateSchema, reportSchema } from './job.ts';
import {
  formatPlanSchema, formatRequestSchema, planSchema, readPlanSchema, readRequestSchema, writePlanSchema, writeRequestSchema,
} from './plan.ts';

export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'nl']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Where practice disks are kept, or null when none are wanted. */
  practiceFolder: z.string().nullable(),
});

export const appInfoSchema = z.object({
  version: z.string(),
  platform: z.string(),
  /** The system's language as a BCP 47 tag. */
  systemLanguage: z.string(),
  /** Running in the Chromium preview, not in Electron. */
  preview: z.boolean(),
});

const call = <In extends z.ZodType, Out extends z.ZodType>(input: In, output: Out) => ({ input, output });
const nothing = z.null();

/** Answered by the main process itself. */
export const mainCalls = {
  'app.info': call(nothing, appInfoSchema),
  'settings.get': call(nothing, settingsSchema),
  'settings.set': call(settingsSchema.partial(), settingsSchema),
  'dialog.image': call(nothing, z.string().nullable()),
  'dialog.destination': call(z.object({ suggested: z.string() }), z.string().nullable()),
  'dialog.folder': call(nothing, z.string().nullable()),
  /** Asks where, saves, and returns the path; null when the user changed their mind. */
  'report.save': call(z.object({ jobId: z.string(), format: z.enum(['html', 'json']), language: z.enum(['en', 'nl']) }), z.string().nullable()),
  'report.show': call(z.object({ path: z.string() }), nothing),
} as const;

/** Answered by the engine host; the main process passes them on unread. */
export const hostCalls = {
  'disks.list': call(nothing, z.array(diskSchema)),
  'image.inspect': call(z.object({ location: z.string() }), imageInfoSchema),
  'plan.write': call(writeRequestSchema, writePlanSchema),
  'plan.read': call(readRequestSchema, readPlanSchema),
  'plan.format': call(formatRequestSchema, formatPlanSchema),
  /** Runs a plan the user has confirmed; `confirmed` repeats the codes of the reasons agreed to, by `Disk.id`. */
  'job.start': call(z.object({ plan: planSchema, confirmed: z.record(z.string(), z.array(z.string())) }), z.object({ jobId: z.string() })),
  'job.cancel': call(z.object({ jobId: z.string() }), nothing),
  'job.list': call(nothing, z.array(jobStateSchema)),
  'job.forget': call(z.object({ jobId: z.string() }), nothing),
  'practice.create': call(z.object({ name: z.string(), size: z.number(), sample: z.boolean() }), diskSchema),
  'practice.remove': call(z.object({ disk: z.string() }), nothing),
} as const;

export const calls = { ...mainCalls, ...hostCalls } as const;

export const events = {
  'disks': z.array(diskSchema),
  'job.progress': jobProgressSchema,
  'job.ended': reportSchema,
  'engine.gone': plainErrorSchema,
  'theme': z.object({ dark: z.boolean() }),
} as const;

export type CallName = keyof typeof calls;
export type MainCallName = keyof typeof mainCalls;
export type HostCallName = keyof typeof hostCalls;
export type CallInput<Name extends CallName> = z.input<(typeof calls)[Name]['input']>;
export type CallOutput<Name extends CallName> = z.output<(typeof calls)[Name]['output']>;
export type EventName = keyof typeof events;
export type EventPayload<Name extends EventName> = z.output<(typeof events)[Name]>;
export type Settings = z.infer<typeof settingsSchema>;
export type AppInfo = z.infer<typeof appInfoSchema>;

/** Every reply across a process border. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: z.infer<typeof plainErrorSchema> };

/** What the preload script puts on `window.werkbank`. */
export interface Bridge {
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<Reply<CallOutput<Name>>>;
  /** Returns the way to stop listening. */
  listen<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void;
  /** The path of a file dropped on the window, or an empty string. */
  pathOf(file: unknown): string;
}
