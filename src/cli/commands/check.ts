import { join, resolve } from 'node:path';
import { DEFAULT_NAME_TEMPLATE, acceptedAs, checkIdSchema, type CheckedJob, type CheckId, type CheckResult, type CheckVerdict, type Compression, type PreflightRequest, type Remedy } from '../../contract/index.ts';
import { AbortError, EngineError } from '../../../native-free-engine/index.ts';
import { commandText, remedyText } from '../../texts/index.ts';
import { checkLines, emitCheck, VERDICT_STYLES } from '../check-text.ts';
import { invalid, type Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { parseNumbers, parseSize } from '../sizes.ts';
import { imageIn, isFolder } from './capture.ts';
import { locationOf } from './write.ts';

export interface CheckOptions {
  readonly for?: CheckedJob;
  readonly disk?: readonly string[];
  readonly partitions?: string;
  readonly image?: string;
  readonly destination?: string;
  readonly parent?: string;
  readonly library?: readonly string[];
  readonly template?: string;
  readonly purpose?: string;
  readonly compression?: Compression;
  readonly split?: string;
  readonly many?: boolean;
  readonly scan?: boolean;
  readonly only?: readonly string[];
  readonly accept?: readonly string[];
  readonly fix?: string;
  readonly yes?: boolean;
}

/** What takes as long as the disk is large. */
const SCANS = ['file-system-scan', 'surface'] as const;

/** `werkbank check`: the checks before a job, each told as it ends. */
export async function check(context: Context, options: CheckOptions): Promise<number> {
  const request = await requestOf(context, options);
  if (options.fix !== undefined) return fix(context, request, checkId(options.fix), options);
  const results = await run(context, request, options.accept ?? []);
  sayUndecided(context, results);
  return end(context, results, options.accept ?? []);
}

function checkId(name: string): CheckId {
  const parsed = checkIdSchema.safeParse(name);
  if (!parsed.success) throw invalid(`${name} (${checkIdSchema.options.join(', ')})`);
  return parsed.data;
}

async function requestOf(context: Context, options: CheckOptions): Promise<PreflightRequest> {
  const { host } = await context.services();
  const job = options.for ?? (options.image === undefined ? 'capture' : 'restore');
  const disks: string[] = [];
  for (const spec of options.disk ?? []) disks.push((await host.disks.find(spec)).id);
  const reads = job === 'capture' || job === 'read';
  const chosen = options.partitions === undefined ? null : parseNumbers(options.partitions);
  const only = options.only?.map(checkId) ?? null;
  const [source] = reads ? disks : [];
  return {
    job,
    sources: reads ? disks.map((disk) => ({ disk, partitions: chosen })) : [],
    targets: reads ? [] : disks,
    image: options.image === undefined ? null : locationOf(options.image),
    imagePartitions: reads ? null : chosen,
    destination: options.destination === undefined ? null : await placeOf(context, source, options.destination, options),
    parent: options.parent === undefined ? null : resolve(options.parent),
    folders: (options.library ?? []).map((folder) => resolve(folder)),
    nameTemplate: options.template ?? DEFAULT_NAME_TEMPLATE,
    purpose: options.purpose ?? '',
    compression: options.compression ?? 'balanced',
    partBytes: options.split === undefined ? 0 : parseSize(options.split),
    manyMachines: options.many ?? false,
    checks: only,
    // Who makes ready for starting machines from a network has the network asked; nobody else does.
    optional: [...(options.scan ? SCANS : []), ...(job === 'deploy' ? (['dhcp'] as const) : [])],
  };
}

/** Like a capture: a folder gets an image with a name made from the template. */
async function placeOf(context: Context, source: string | undefined, place: string, options: CheckOptions): Promise<string> {
  const path = resolve(place);
  const { host } = await context.services();
  // Whether one that gives no answer is a folder nobody can tell: it is what the checks will say it is.
  if (!(await host.facts.reachable(path, new AbortController().signal)).known) return join(path, '-');
  if (!(await isFolder(path))) return path;
  return source === undefined ? join(path, '-') : imageIn(context, path, source, options);
}

/** Shows every result as it comes, and what is still going on below. */
async function run(context: Context, request: PreflightRequest, accepted: readonly string[]): Promise<CheckResult[]> {
  const { jobs } = await context.services();
  const controller = new AbortController();
  const stopInterrupts = context.terminal.onInterrupt(() => controller.abort());
  const going = new Map<CheckId, number | null>();
  const draw = (): void => {
    if (!context.terminal.live || context.json) return;
    const names = [...going].map(([id, share]) => `${context.texts(`preflight:${id}.title`)}${share === null ? '' : ` ${Math.floor(share * 100)} %`}`);
    context.terminal.draw(names.length === 0 ? [] : [context.texts('cli:check.going', { checks: names.join(', ') })]);
  };
  try {
    return await jobs.preflight.run(request, {
      signal: controller.signal,
      onState: ({ check: id, done, share, results }) => {
        if (!done) going.set(id, share);
        else {
          going.delete(id);
          if (context.terminal.live && !context.json) context.terminal.draw([]);
          for (const result of results) show(context, result, accepted);
        }
        draw();
      },
    });
  } finally {
    stopInterrupts();
    if (context.terminal.live && !context.json) context.terminal.draw([]);
  }
}

function show(context: Context, result: CheckResult, accepted: readonly string[]): void {
  emitCheck(context, result, accepted);
  if (isUndecided(result)) return;
  const { head, rest } = checkLines(context, result, accepted);
  context.say(head, VERDICT_STYLES[result.verdict]);
  for (const line of rest) context.say(`    ${line}`);
}

/** What has no answer before a disk or a place is chosen takes one line together. */
const isUndecided = ({ finding }: CheckResult): boolean => finding.code === 'not-chosen';

function sayUndecided(context: Context, results: readonly CheckResult[]): void {
  const titles = results.filter(isUndecided).map(({ check: id }) => context.texts(`preflight:${id}.title`));
  if (titles.length > 0) context.say(context.texts('cli:check.undecided', { checks: titles.join(', ') }), VERDICT_STYLES.unknown);
}

/** Worst first: the code that the command ends with. */
function end(context: Context, results: readonly CheckResult[], accepted: readonly string[]): number {
  const open = results.filter((result) => !(result.overridable && accepted.includes(acceptedAs(result))));
  const count = (verdict: CheckVerdict): number => open.filter((result) => result.verdict === verdict).length;
  const [stops, warnings, unknown] = [count('stop'), count('warning'), count('unknown')];
  const exitCode = stops > 0 ? EXIT.refused : warnings + unknown > 0 ? EXIT.warnings : EXIT.ok;
  context.say(context.texts(exitCode === EXIT.ok ? 'cli:check.allFine' : 'cli:check.summary', { stops, warnings, unknown }), exitCode === EXIT.ok ? 'green' : stops > 0 ? 'red' : 'yellow');
  context.emit({ event: 'ended', ok: exitCode === EXIT.ok, code: stops > 0 ? 'check-stop' : exitCode === EXIT.ok ? null : 'check-warnings', exitCode });
  return exitCode;
}

/** `werkbank check --fix CHECK`: shows the commands, runs them once agreed to, and checks again. */
async function fix(context: Context, request: PreflightRequest, id: CheckId, options: CheckOptions): Promise<number> {
  const one = { ...request, checks: [id] };
  const before = await run(context, one, []);
  const remedies = before.filter(({ verdict }) => verdict !== 'fine').flatMap((result) => result.remedies).filter(({ commands, action }) => commands.length > 0 && action !== null);
  if (remedies.length === 0) {
    context.say(context.texts('cli:check.nothingToFix'));
    return end(context, before, options.accept ?? []);
  }
  for (const remedy of remedies) await carryOut(context, remedy, options.yes ?? false);
  return end(context, await run(context, one, []), options.accept ?? []);
}

/** @throws EngineError `confirmation-needed`, and what a remedy throws */
async function carryOut(context: Context, remedy: Remedy, yes: boolean): Promise<void> {
  const { texts, terminal } = context;
  const { action } = remedy;
  if (!action) return;
  context.say(texts('cli:check.fixing', { remedy: remedyText(remedy, texts) }), 'bold');
  for (const command of remedy.commands) context.say(`  ${commandText(command)}`);
  if (!yes) {
    const what = remedy.commands.map(commandText).join('; ');
    if (!terminal.canAsk || context.json) throw new EngineError('confirmation-needed', { what });
    const word = texts('cli:confirm.word');
    if ((await terminal.ask(texts('cli:check.askFix', { word }))).trim().toLowerCase() !== word) throw new EngineError('confirmation-needed', { what });
  }
  const { jobs } = await context.services();
  const controller = new AbortController();
  const stopInterrupts = terminal.onInterrupt(() => controller.abort());
  try {
    await jobs.preflight.remedy(action, {
      signal: controller.signal,
      onProgress: ({ line, share }) => {
        context.emit({ event: 'remedy', line, share });
        context.say(`  ${line}${share === null ? '' : ` (${Math.floor(share * 100)} %)`}`, 'dim');
      },
    });
    if (controller.signal.aborted) throw new AbortError();
  } finally {
    stopInterrupts();
  }
}
