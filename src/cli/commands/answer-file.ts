import { readFile, writeFile } from 'node:fs/promises';
import { EngineError, errnoOf } from '../../../native-free-engine/index.ts';
import { answerFileOptionsSchema, type AnswerFileRequest, type Customising } from '../../contract/index.ts';
import { endWell, invalid, type Context } from '../context.ts';

export interface AnswerFileCommandOptions {
  readonly example?: boolean;
  readonly overwrite?: boolean;
}

/** Every option, filled in. */
const EXAMPLE: AnswerFileRequest = {
  architectures: ['amd64'],
  computerName: 'BENCH-%SERIAL%',
  account: { name: 'Bench', displayName: 'Workbench', password: 'change-me', administrator: true, autoLogons: 1 },
  language: 'nl-NL',
  region: 'nl-NL',
  keyboard: '0413:00020409',
  timeZone: 'W. Europe Standard Time',
  productKey: null,
  edition: { kind: 'name', name: 'Windows 11 Pro' },
  skipAccountScreens: true,
  skipNetworkScreen: true,
  bypassHardwareChecks: false,
  noDataCollection: true,
  preventDeviceEncryption: true,
  join: { kind: 'workgroup', name: 'BENCH' },
  disk: { disk: 'only', table: 'gpt', recoveryMiB: 1024 },
  firstLogonCommands: ['cmd.exe /c powercfg /change standby-timeout-ac 0'],
  updatePolicy: { deferQualityDays: 7, deferFeatureDays: 90, pauseQualityFrom: null, pauseFeatureFrom: null, target: { product: 'Windows 11', version: '24H2' }, excludeDrivers: false },
};

/** `werkbank answer-file OPTIONS.json [OUT.xml]`: makes an answer file, or looks at one; `--example` shows every option. */
export async function answerFile(context: Context, file: string | undefined, out: string | undefined, { example, overwrite }: AnswerFileCommandOptions): Promise<number> {
  if (example) {
    sayLines(context, JSON.stringify(EXAMPLE, null, 2));
    return endWell(context);
  }
  if (file === undefined) throw invalid('answer-file');
  const chosen = await answerFileOf(file);
  const own = chosen.kind === 'file';
  if (own && out !== undefined) throw invalid(out);
  const wanted: Customising = {
    answerFile: chosen,
    autopilot: null, updatePolicy: null, setupComplete: [],
  };
  const { jobs } = await context.services();
  const preview = await jobs.customising.preview(wanted);
  context.emit({ event: 'answer-file', preview });
  for (const { code, ...params } of preview.warnings) context.say(context.texts(`answer-file:warning.${code}`, params), 'yellow');
  if (out !== undefined) {
    await save(out, preview.xml ?? '', overwrite ?? false);
    context.say(context.texts('cli:answerFile.saved', { path: out }));
    context.say(context.texts('cli:answerFile.secrets'));
  } else if (own) for (const { path } of preview.files) context.say(path);
  else sayLines(context, (preview.xml ?? '').trimEnd());
  return endWell(context);
}

/** A text of several lines: one at a time, for the terminal takes the breaks out of each. */
function sayLines(context: Context, text: string): void {
  for (const line of text.split(/\r?\n/)) context.say(line);
}

/** An answer file of one's own, or one to be made from options in JSON. @throws EngineError `file-unreadable`, `answer-file-options` */
export async function answerFileOf(path: string): Promise<NonNullable<Customising['answerFile']>> {
  return /\.xml$/i.test(path) ? { kind: 'file', path } : { kind: 'options', options: parseOptions(await read(path), path) };
}

/** @throws EngineError `answer-file-options` */
function parseOptions(text: string, path: string): AnswerFileRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EngineError('answer-file-options', { path, reason: 'JSON' }, { cause: error });
  }
  const parsed = answerFileOptionsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new EngineError('answer-file-options', { path, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` });
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new EngineError('file-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  }
}

async function save(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    // Not for everybody's eyes: it may hold a password.
    await writeFile(path, text, { flag: overwrite ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new EngineError('destination-exists', { path }, { cause: error });
    throw new EngineError('destination-unwritable', { path }, { cause: error });
  }
}
