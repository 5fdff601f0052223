import { z } from 'zod';
import { answerFileFormSchema, customisingPreviewSchema, customisingSchema } from './answer-file.ts';
import { discInfoSchema, discListRequestSchema, discListSchema, extractPlanSchema, extractRequestSchema, isoFolderSchema, isoPlanSchema, isoRequestSchema } from './disc.ts';
import { diskSchema } from './disk.ts';
import { diskImageSchema, libraryFolderSchema, libraryListingSchema } from './disk-image.ts';
import { driverPreviewRequestSchema, driverPreviewSchema, driverScanSchema, driversPlanSchema, driversRequestSchema, hardwareDeviceSchema } from './drivers.ts';
import { plainErrorSchema } from './error.ts';
import { historyListSchema } from './history.ts';
import { imageInfoSchema } from './image.ts';
import { unfinishedCaptureSchema } from './imaging.ts';
import {
  capturePlanSchema, captureRequestSchema, convertPlanSchema, convertRequestSchema, restorePlanSchema, restoreRequestSchema, verifyPlanSchema, verifyRequestSchema,
} from './imaging-plan.ts';
import { jobProgressSchema, jobStateSchema, reportSchema } from './job.ts';
import {
  formatPlanSchema, formatRequestSchema, planSchema, readPlanSchema, readRequestSchema, writePlanSchema, writeRequestSchema,
} from './plan.ts';
import { windowsMediaSchema, windowsStickPlanSchema, windowsStickRequestSchema } from './windows-media.ts';
import { preflightCalls, preflightEvents, preflightOutcomeSchema } from './preflight-run.ts';
import { winpeImageSchema, winpePlanSchema, winpeRequestSchema } from './winpe.ts';

/** How images are named until somebody says otherwise; the placeholders are listed in docs/guides/library.md. */
export const DEFAULT_NAME_TEMPLATE = '{machine}-{os}-{date}-{purpose}';

export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'nl']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Where practice disks are kept, or null when none are wanted. */
  practiceFolder: z.string().nullable(),
  /** The library: folders with images, the first one is where new images go. */
  imageFolders: z.array(z.string()),
  /** Folders with driver packages. */
  driverFolders: z.array(z.string()),
  /** How new images are named; see docs/guides/library.md. */
  nameTemplate: z.string(),
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
  /** A file of any kind. */
  'dialog.file': call(nothing, z.string().nullable()),
  'dialog.destination': call(z.object({ suggested: z.string() }), z.string().nullable()),
  'dialog.folder': call(nothing, z.string().nullable()),
  /** Asks where, saves, and returns the path; null when the user changed their mind. */
  'report.save': call(z.object({ jobId: z.string(), format: z.enum(['html', 'json']), language: z.enum(['en', 'nl']) }), z.string().nullable()),
  /** Ended jobs that hold every word of `search`; empty for all of them. */
  'history.list': call(z.object({ search: z.string() }), historyListSchema),
  'history.get': call(z.object({ id: z.string() }), reportSchema),
  /** Asks for a folder and saves the reports of the same list into it; null when the user changed their mind. */
  'history.export': call(z.object({ search: z.string(), language: z.enum(['en', 'nl']) }), z.object({ path: z.string(), count: z.int() }).nullable()),
  'report.show': call(z.object({ path: z.string() }), nothing),
} as const;

/** Answered by the engine host; the main process passes them on unread. */
export const hostCalls = {
  'disks.list': call(nothing, z.array(diskSchema)),
  'image.inspect': call(z.object({ location: z.string() }), imageInfoSchema),
  'plan.write': call(writeRequestSchema, writePlanSchema),
  'plan.read': call(readRequestSchema, readPlanSchema),
  'plan.format': call(formatRequestSchema, formatPlanSchema),
  /** Looks at the disk's allocation maps, which may take seconds. */
  'plan.capture': call(captureRequestSchema, capturePlanSchema),
  'plan.restore': call(restoreRequestSchema, restorePlanSchema),
  'plan.verify': call(verifyRequestSchema, verifyPlanSchema),
  'plan.convert': call(convertRequestSchema, convertPlanSchema),
  'plan.winpe': call(winpeRequestSchema, winpePlanSchema),
  'plan.windowsStick': call(windowsStickRequestSchema, windowsStickPlanSchema),
  'plan.iso': call(isoRequestSchema, isoPlanSchema),
  /** Looks at the files of the stick, for which it may have to be mounted for a moment. */
  'plan.drivers': call(driversRequestSchema, driversPlanSchema),
  'plan.extract': call(extractRequestSchema, extractPlanSchema),
  /** The files on a disc and what it boots; `image.inspect` is for images to be written as they are. */
  'disc.describe': call(z.object({ location: z.string() }), discInfoSchema),
  /** A part of the tree of a disc. */
  'disc.list': call(discListRequestSchema, discListSchema),
  /** What an ISO of this folder would hold and boot from. */
  'disc.inspectFolder': call(z.object({ folder: z.string() }), isoFolderSchema),
  /** Which Windows an ISO installs, and what starts it. */
  'media.inspectWindows': call(z.object({ location: z.string() }), windowsMediaSchema),
  /** Which WinPE an ISO or a folder holds. */
  'media.inspectWinpe': call(z.object({ location: z.string() }), winpeImageSchema),
  /** An image that holds a disk, of this program or another one; `image.inspect` is for images to be written as they are. */
  'image.describe': call(z.object({ location: z.string(), folders: z.array(z.string()) }), diskImageSchema),
  /** A name for a new image by the template, unique in its folder. */
  'capture.suggestName': call(
    z.object({ disk: z.string(), folder: z.string(), template: z.string(), purpose: z.string() }),
    z.object({ name: z.string(), path: z.string() }),
  ),
  /** The interrupted capture that would become this image; null when there is none. */
  'capture.unfinished': call(z.object({ destination: z.string() }), unfinishedCaptureSchema.nullable()),
  /** What is in these folders. A folder that cannot be read says so in its place. */
  'library.list': call(z.object({ folders: z.array(z.string()) }), z.array(libraryListingSchema)),
  /** The folders themselves, without looking at the images in them. */
  'library.folders': call(z.object({ folders: z.array(z.string()) }), z.array(libraryFolderSchema)),
  /** Gives an image and the files beside it another name; answers with its new path. */
  'library.rename': call(z.object({ path: z.string(), name: z.string() }), z.object({ path: z.string() })),
  /** Deletes an image with the files beside it, or an interrupted capture. Refused when another image of `folders` builds on it. */
  'library.discard': call(z.object({ path: z.string(), folders: z.array(z.string()) }), nothing),
  /** What customising a Windows installation comes to: the answer file itself and the files on the medium. Writes nothing. */
  'answerFile.preview': call(customisingSchema, customisingPreviewSchema),
  /** What a form for it needs to know. */
  'answerFile.form': call(nothing, answerFileFormSchema),
  /** The driver packages in folders, which of them are old or lie there twice, and what could not be read. */
  'drivers.scan': call(z.object({ folders: z.array(z.string()).min(1) }), driverScanSchema),
  /** The packages that a medium would get. */
  'drivers.choose': call(driverPreviewRequestSchema, driverPreviewSchema),
  /** The network and storage controllers of this machine. */
  'drivers.machine': call(nothing, z.array(hardwareDeviceSchema)),
  ...preflightCalls,
  /** Runs a plan the user has confirmed; `confirmed` repeats the codes of the reasons agreed to, by `Disk.id`. */
  'job.start': call(
    z.object({ plan: planSchema, confirmed: z.record(z.string(), z.array(z.string())), preflight: preflightOutcomeSchema.nullable().default(null) }),
    z.object({ jobId: z.string() }),
  ),
  /** How fast a running job may be, bytes a second, 0 for as fast as it goes. Jobs that cannot be slowed ignore it. */
  'job.limit': call(z.object({ jobId: z.string(), bytesPerSecond: z.number().min(0) }), nothing),
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
  ...preflightEvents,
  'engine.gone': plainErrorSchema,
  /** The report of a job was kept in the history, or could not be. */
  'history.changed': z.object({ error: plainErrorSchema.nullable() }),
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
