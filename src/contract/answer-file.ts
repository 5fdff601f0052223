import { z } from 'zod';

const text = z.string().max(1000).nullable().default(null);
const yes = z.boolean().default(false);

export const updatePolicySchema = z.strictObject({
  /** Days that quality updates wait, 0 to 30; null leaves it to Windows. */
  deferQualityDays: z.int().min(0).max(30).nullable().default(null),
  /** Days that feature updates wait, 0 to 365. */
  deferFeatureDays: z.int().min(0).max(365).nullable().default(null),
  /** A day such as `2026-01-31`. */
  pauseQualityFrom: text,
  pauseFeatureFrom: text,
  /** Stay on this version, such as `Windows 11` and `24H2`. */
  target: z.strictObject({ product: z.string(), version: z.string() }).nullable().default(null),
  excludeDrivers: yes,
});

/** What somebody wants of an unattended installation. What is left out is left to Setup. The engine says more of each. */
export const answerFileOptionsSchema = z.strictObject({
  architectures: z.array(z.enum(['amd64', 'x86', 'arm64'])).min(1).default(['amd64']),
  /** A name, `*`, or a pattern with `%SERIAL%` and `%RAND:4%`. */
  computerName: text,
  account: z.strictObject({
    name: z.string(),
    displayName: z.string().max(256).default(''),
    /** Stands in the file, readable for whoever holds the medium. */
    password: z.string().default(''),
    administrator: z.boolean().default(true),
    autoLogons: z.int().min(0).default(0),
  }).nullable().default(null),
  language: text,
  region: text,
  keyboard: text,
  timeZone: text,
  productKey: text,
  edition: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('index'), index: z.int().min(1) }),
    z.strictObject({ kind: z.literal('name'), name: z.string().min(1).max(256) }),
  ]).nullable().default(null),
  skipAccountScreens: yes,
  skipNetworkScreen: yes,
  bypassHardwareChecks: yes,
  noDataCollection: yes,
  preventDeviceEncryption: yes,
  join: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('workgroup'), name: z.string() }),
    z.strictObject({ kind: z.literal('domain'), domain: z.string(), user: z.string(), password: z.string(), organizationalUnit: z.string().max(1000).default('') }),
  ]).nullable().default(null),
  /** Null: Setup asks which disk. `only`: the only internal disk, and Setup is stopped when there are more. */
  disk: z.strictObject({
    disk: z.union([z.literal('only'), z.int().min(0).max(255)]),
    table: z.enum(['gpt', 'mbr']),
    recoveryMiB: z.int().min(0).max(100_000).default(1024),
  }).nullable().default(null),
  firstLogonCommands: z.array(z.string()).max(500).default([]),
  updatePolicy: updatePolicySchema.nullable().default(null),
});

export const autopilotOptionsSchema = z.strictObject({
  tenantId: z.string(),
  tenantDomain: z.string(),
  /** A GUID; empty for a new one. */
  profileId: z.string().default(''),
  comment: z.string().max(1000).default(''),
  deviceName: z.string().max(64).default(''),
  language: z.string().max(64).default(''),
  region: z.string().max(64).default(''),
  hybridJoin: yes,
  skipDomainCheck: yes,
  standardUser: yes,
  skipKeyboard: yes,
  forceEnrollment: yes,
});

/** How an installation is customised: what a plan for a Windows medium carries. */
export const customisingSchema = z.object({
  /** Made from options, or somebody's own file used as it is. */
  answerFile: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('options'), options: answerFileOptionsSchema }),
    z.object({ kind: z.literal('file'), path: z.string() }),
  ]).nullable(),
  autopilot: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('options'), options: autopilotOptionsSchema }),
    z.object({ kind: z.literal('file'), path: z.string() }),
  ]).nullable(),
  /** For an answer file that is not made here; one that is brings its own. */
  updatePolicy: updatePolicySchema.nullable(),
  /** Lines of SetupComplete.cmd. */
  setupComplete: z.array(z.string()).max(500),
});

export const answerFileWarningSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('pass-not-run'), pass: z.string() }),
  z.object({ code: z.literal('pass-unknown'), pass: z.string() }),
  z.object({ code: z.literal('wipes-disk') }),
  z.object({ code: z.literal('architecture'), found: z.string() }),
]);

/** What customising comes to: texts by `warning.<code>` of answer-file.json. */
export const customisingPreviewSchema = z.object({
  /** The answer file as it will stand on the medium; null when there is none. */
  xml: z.string().nullable(),
  warnings: z.array(answerFileWarningSchema),
  /** Where on the medium, and how many bytes. */
  files: z.array(z.object({ path: z.string(), size: z.number() })),
});

/** What a form needs to know of the options: texts by `option.<name>` and `note.<note>` of answer-file.json. */
export const answerFileFormSchema = z.object({
  versions: z.array(z.string()),
  options: z.array(z.object({
    name: z.string(),
    /** Of `versions`, those that do what it says. */
    honouredBy: z.array(z.string()),
    note: z.string().nullable(),
    source: z.string(),
  })),
  timeZones: z.array(z.string()),
});

export type AnswerFileRequest = z.infer<typeof answerFileOptionsSchema>;
export type Customising = z.infer<typeof customisingSchema>;
export type CustomisingPreview = z.infer<typeof customisingPreviewSchema>;
export type AnswerFileForm = z.infer<typeof answerFileFormSchema>;
