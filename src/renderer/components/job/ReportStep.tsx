import { useTranslation } from 'react-i18next';
import { copiedDrivers, type CapturePlan, type ReadPlan, type Report } from '../../../contract/index.ts';
import { ALGORITHM_NAMES } from '../../formatting/checksum.ts';
import { formatDuration, formatMoment } from '../../formatting/numbers.ts';
import { useGoneDisks } from '../../stores/disks.ts';
import { useHistory } from '../../stores/history.ts';
import { Bytes } from '../Bytes.tsx';
import { DriverChanges } from '../DriverChanges.tsx';
import { diskName } from '../disk-texts.ts';
import { Icon, type IconName } from '../Icon.tsx';
import { ErrorNotice } from '../Notice.tsx';
import { StepHeading } from '../StepHeading.tsx';
import { DiscFacts } from './DiscFacts.tsx';
import { ImagingReport } from './ImagingReport.tsx';
import { EventList } from './JobEvents.tsx';
import { isGood, outcomeWords } from './outcome.ts';
import { OutcomeRow } from './OutcomeRow.tsx';
import { identitiesOf, planTitle } from './plan-texts.ts';
import { ReportChecks, ReportMachine } from './ReportChecks.tsx';
import { SaveReport } from './SaveReport.tsx';
import { SpeedCurve } from './SpeedCurve.tsx';

const OUTCOME_ICONS: Record<Report['outcome'], IconName> = { done: 'check', partly: 'warning', failed: 'danger', cancelled: 'stop', unknown: 'question' };

/**
 * The outcome first, then each disk, then what to keep for the ticket.
 * @param justEnded its disks should still be there: those that are not are told. Of a past job nobody expects it.
 */
export function ReportStep({ report, justEnded = false }: { report: Report; justEnded?: boolean }) {
  const { t, i18n } = useTranslation();
  const { title, text } = outcomeWords(t, report);
  const finished = report.targets.filter((target) => isGood(target) && !target.ejected).map(({ disk }) => disk);
  const gone = useGoneDisks(identitiesOf(report.plan).filter(({ id, bus }) => justEnded && bus !== 'file' && finished.includes(id))).map(({ id }) => id);
  return (
    <>
      <div className={`outcome outcome-${report.outcome}`} role="status">
        <span className="outcome-icon"><Icon name={OUTCOME_ICONS[report.outcome]} size={44} /></span>
        <StepHeading lead={<><strong>{planTitle(t, i18n.language, report.plan)}</strong><br />{gone.length > 0 && gone.length === finished.length ? t('report-view:unplugged', { count: gone.length }) : text}</>}>{title}</StepHeading>
      </div>
      {report.error && <ErrorNotice error={report.error} />}
      <NotKept />
      {report.targets.length > 0 && (
        <ul className="targets" aria-label={t('report-view:disks')}>
          {report.targets.map((target) => <OutcomeRow key={target.disk} target={target} report={report} unplugged={gone.includes(target.disk)} />)}
        </ul>
      )}
      {report.plan.kind === 'drivers' && copiedDrivers(report.plan).length > 0 && <DriverChanges plan={report.plan} done={report.outcome === 'done'} />}
      {report.imaging && <ImagingReport imaging={report.imaging} report={report} />}
      <section className="panel" aria-labelledby="report-facts">
        <h2 id="report-facts">{t('report-view:job')}</h2>
        <dl className="facts">
          <div><dt>{t('report-view:started')}</dt><dd>{formatMoment(i18n.language, report.startedAt)}</dd></div>
          <div><dt>{t('report-view:took')}</dt><dd>{formatDuration(i18n.language, report.elapsedSeconds)}</dd></div>
          {(report.plan.kind === 'read' || report.plan.kind === 'capture') && <ReadFacts plan={report.plan} />}
          {(report.plan.kind === 'iso' || report.plan.kind === 'extract') && <DiscFacts plan={report.plan} />}
          {report.plan.kind === 'convert' && <div className="fact-wide"><dt>{t('wizard:library.convert-to')}</dt><dd className="mono">{report.plan.destination}</dd></div>}
          {report.checksums.map((checksum) => (
            <div key={`${checksum.algorithm} ${checksum.hex}`} className="fact-wide">
              <dt>{ALGORITHM_NAMES[checksum.algorithm]}</dt>
              <dd className="mono">{checksum.hex}</dd>
            </div>
          ))}
          {report.files && (
            <div className="fact-wide">
              <dt>{t('report-view:files')}</dt>
              <dd>{t('report-view:files-hashed', { count: report.files.count })}, <Bytes value={report.files.bytes} /><span className="files-digest">{t('report-view:files-list')}<span className="mono">{report.files.sha256}</span></span></dd>
            </div>
          )}
          {report.expectedMatched !== null && (
            <div className="fact-wide">
              <dt>{t('report-view:expected')}</dt>
              <dd className={`matched matched-${report.expectedMatched ? 'yes' : 'no'}`}>
                <Icon name={report.expectedMatched ? 'check' : 'danger'} size={20} />
                {t(report.expectedMatched ? 'report-view:matched' : 'report-view:not-matched')}
              </dd>
            </div>
          )}
        </dl>
        {report.speedCurve.length > 1 && <SpeedCurve samples={report.speedCurve} label={t('progress:curve')} />}
      </section>
      {report.preflight && (report.preflight.skipped || report.preflight.results.length > 0) && <ReportChecks preflight={report.preflight} />}
      {report.events.length > 0 && (
        <section className="panel" aria-labelledby="report-events">
          <h2 id="report-events">{t('report-view:events')}</h2>
          <EventList events={report.events} />
        </section>
      )}
      {report.machine && <ReportMachine machine={report.machine} />}
      <SaveReport jobId={report.jobId} />
    </>
  );
}

/** A disk that was only read has no outcome of its own: which one it was, and what became of it. */
function ReadFacts({ plan }: { plan: ReadPlan | CapturePlan }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <div className="fact-wide"><dt>{t('report-view:read')}</dt><dd>{t('wizard:disk.number', { number: plan.number })}: {diskName(t, i18n.language, plan.disk)}</dd></div>
      {plan.kind === 'read' && <div className="fact-wide"><dt>{t('report-view:file')}</dt><dd className="mono">{plan.destination}</dd></div>}
    </>
  );
}

/** The history could not take the report: it has to be saved by hand. */
function NotKept() {
  const notKept = useHistory((state) => state.notKept);
  return notKept && <ErrorNotice error={notKept} />;
}
