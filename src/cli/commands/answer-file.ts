import { readFile } from 'node:fs/promises';
import { EngineError, errnoOf, markedEncoding, replaceFile } from '../../../native-free-engine/index.ts';
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
    // Not for everybody's eyes: it may hold a password.
    await replaceFile(out, preview.xml ?? '', { overwrite: overwrite ?? false, mode: 0o600 });
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
    throw new EngineError('answer-file-options', { path, reason: 'not-json' }, { cause: error });
  }
  const parsed = answerFileOptionsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = (...more: readonly string[]): string => [...(issue?.path ?? []), ...more].join('.');
  const reason = issue?.code === 'unrecognized_keys' ? `option-unknown ${at(...issue.keys.slice(0, 1))}` : `option-value ${at()}`;
  throw new EngineError('answer-file-options', { path, reason });
}

async function read(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    // Notepad and PowerShell put a mark in front, the older PowerShell that of UTF-16.
    return new TextDecoder(markedEncoding(bytes) ?? 'utf-8').decode(bytes);
  } catch (error) {
    throw new EngineError('file-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  }
}
