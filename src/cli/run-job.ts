import { EngineError, replaceFile, toEngineError } from '../../native-free-engine/index.ts';
import { areUntouched, type JobEvent, type JobProgress, type Plan, type PreflightOutcome, type Report } from '../contract/index.ts';
import { asInvokingUser } from '../host/program-data.ts';
import { withoutSecrets } from '../jobs/index.ts';
import { reportJson, sumsPath } from '../jobs/report-files.ts';
import { errorText, eventText, formatTime } from '../texts/index.ts';
import { diskTitle } from './disk-text.ts';
import { confirmPlan, type Consent } from './confirm.ts';
import type { Context } from './context.ts';
import { checkPlan, withPlanAgreed, type CheckConsent } from './job-checks.ts';
import { EXIT, errorOfReport, exitCodeOfReport } from './exit-codes.ts';
import { planLines, writtenDisks } from './plan-text.ts';
import { progressLines, summaryLine } from './progress-text.ts';

/** Without a live terminal a line is written at every new phase, and after this many seconds. */
const PLAIN_INTERVAL_SECONDS = 10;

/**
 * Shows a plan, has it confirmed, runs it and shows how it ended.
 * @param checks what the command line says about the checks before it; without it there are none
 * @returns the exit code
 */
export async function runPlan(context: Context, plan: Plan, consent: Consent, reportFile: string | undefined, checks?: CheckConsent): Promise<number> {
  context.emit({ event: 'plan', plan: withoutSecrets(plan) });
  for (const line of planLines(context, plan)) context.say(line);
  const { jobs } = await context.services();
  if (await jobs.needsRights(plan)) throw new EngineError('rights-needed', { disk: nameOfPlan(context, plan) });
  const checked = checks ? await checkPlan(context, plan, checks) : null;
  const confirmed = await confirmPlan(context, plan, consent);
  const report = await watchJob(context, plan, confirmed, withPlanAgreed(checked, plan));
  return endWithReport(context, report, reportFile);
}

/** Runs a confirmed plan with its progress on the terminal; Ctrl+C cancels it, a second one leaves at once. */
export async function watchJob(context: Context, plan: Plan, confirmed: Record<string, readonly string[]>, checked: PreflightOutcome | null = null): Promise<Report> {
  const { jobs, host } = await context.services();
  const { jobId, job } = jobs.start(plan, confirmed, checked);
  const letSleep = host.power.keepAwake();
  const show = progressWatcher(context, plan);
  const stopProgress = job.onProgress(show);
  let interrupts = 0;
  const stopInterrupts = context.terminal.onInterrupt(() => {
    if (++interrupts > 1) process.exit(EXIT.cancelled);
    jobs.cancel(jobId);
  });
  try {
    return await job.result;
  } finally {
    letSleep();
    stopProgress();
    stopInterrupts();
    if (context.terminal.live && !context.json) context.terminal.draw([]);
  }
}

function progressWatcher(context: Context, plan: Plan): (progress: JobProgress) => void {
  const ended = new Set<string>();
  let shownPhase = '';
  let shownAt = -Infinity;
  let told = 0;
  return (progress) => {
    context.emit({ event: 'progress', progress });
    for (const target of progress.targets) {
      const over = target.state === 'done' || target.state === 'failed' || target.state === 'cancelled';
      if (!over || ended.has(target.disk)) continue;
      ended.add(target.disk);
      context.emit({ event: 'target', target });
    }
    if (context.json) return;
    for (const event of progress.events.slice(told)) sayEvent(context, event);
    told = progress.events.length;
    if (context.terminal.live) {
      context.terminal.draw(progressLines(context, plan, progress));
    } else if (progress.phase !== shownPhase || progress.elapsedSeconds - shownAt >= PLAIN_INTERVAL_SECONDS) {
      shownPhase = progress.phase;
      shownAt = progress.elapsedSeconds;
      context.terminal.line(summaryLine(context, plan, progress));
    }
  };
}

/** What happened around the job, above the bars: it stays when they go. */
function sayEvent(context: Context, event: JobEvent): void {
  if (context.terminal.live) context.terminal.draw([]);
  context.terminal.line(`${formatTime(event.at, context.language)} ${eventText(event, context.texts)}`, 'yellow');
}

async function endWithReport(context: Context, report: Report, reportFile: string | undefined): Promise<number> {
  const exitCode = exitCodeOfReport(report);
  const { reportText } = await import('../jobs/report-text.ts');
  context.emit({ event: 'report', report });
  const style = exitCode === EXIT.ok ? 'green' : 'red';
  const [headline = '', ...rest] = reportText(report, context.language).split('\n');
  context.say(headline, style);
  for (const line of rest) context.say(line);
  const { jobs } = await context.services();
  await sayGoesOn(context, report);
  const sums = jobs.sums(report.jobId);
  if (reportFile) await saveReport(context, report, sums, reportFile);
  await keep(context, report, sums);
  const code = exitCode === EXIT.ok ? null : report.outcome === 'cancelled' ? 'cancelled' : (errorOfReport(report)?.code ?? 'unexpected');
  context.emit({ event: 'ended', ok: exitCode === EXIT.ok, code, exitCode });
  return exitCode;
}

/** What is there is no longer of use after these, as their remedies say. */
const BEGUN_ANEW = ['source-changed', 'resume-mismatch', 'image-part-missing'];

/** What a job that did not get to its end has left, and how to go on from there. */
async function sayGoesOn(context: Context, report: Report): Promise<void> {
  const { outcome, plan, speedCurve, targets } = report;
  if (outcome === 'done' || BEGUN_ANEW.includes(errorOfReport(report)?.code ?? '')) return;
  const { jobs } = await context.services();
  const begun = !areUntouched(targets) && (outcome === 'cancelled' || speedCurve.some(({ phase }) => phase === 'restoring'));
  const left = plan.kind === 'capture' ? (await jobs.unfinished(plan.destination).catch(() => null)) !== null : plan.kind === 'restore' && begun;
  if (left) context.say(`  ${context.texts(`cli:goesOn.${plan.kind}`)}`);
}

/** A history that cannot be written is said, and changes nothing about how the job ended. */
async function keep(context: Context, report: Report, sums: string | null): Promise<void> {
  const { history } = await context.services();
  try {
    await asInvokingUser(() => history.add(report, sums));
  } catch (thrown) {
    const { title, remedy } = errorText(context.texts, toEngineError(thrown).toPlain());
    context.terminal.errorLine(`${title} ${remedy}`);
  }
}

/** As HTML or JSON, by the file's extension; the list of files of the medium that was made goes beside it. */
export async function saveReport(context: Context, report: Report, sums: string | null, file: string): Promise<void> {
  const { reportHtml } = await import('../jobs/report-html.ts');
  await replaceFile(file, file.toLowerCase().endsWith('.json') ? reportJson(report) : reportHtml(report, context.language));
  context.say(context.texts('cli:reportSaved', { path: file }));
  if (sums === null) return;
  await replaceFile(sumsPath(file), sums);
  context.say(context.texts('cli:sumsSaved', { path: sumsPath(file) }));
}

function nameOfPlan(context: Context, plan: Plan): string {
  if (plan.kind === 'read' || plan.kind === 'capture') return diskTitle(context, plan.disk);
  return writtenDisks(plan).map((disk) => diskTitle(context, disk.identity)).join('; ');
}
