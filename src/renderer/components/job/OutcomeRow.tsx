import { useTranslation } from 'react-i18next';
import type { Report, TargetOutcome } from '../../../contract/index.ts';
import { errorTexts } from '../../app/i18n.ts';
import { formatBytes, formatDuration, formatExactBytes, formatSpeed } from '../../formatting/numbers.ts';
import { modelName } from '../disk-texts.ts';
import { Icon, type IconName } from '../Icon.tsx';
import { ErrorNotice, Notice } from '../Notice.tsx';
import { identitiesOf } from './plan-texts.ts';

const ICONS: Record<TargetOutcome['outcome'], IconName> = { written: 'check', verified: 'check', failed: 'danger', cancelled: 'stop', unknown: 'question' };

/**
 * One disk of a report: how it went, in numbers, and what to do where it went wrong.
 * @param unplugged it was pulled out after the job, without having been ejected
 */
export function OutcomeRow({ target, report, unplugged }: { target: TargetOutcome; report: Report; unplugged: boolean }) {
  const { t, i18n } = useTranslation();
  const { kind } = report.plan;
  const bus = identitiesOf(report.plan).find(({ id }) => id === target.disk)?.bus ?? 'unknown';
  // Said once, with the image, when it is the same.
  const ownSum = target.sha256 !== null && !report.checksums.some(({ hex }) => hex === target.sha256);
  const language = i18n.language;
  const stretch = (bytes: number, seconds: number) =>
    t('report-view:stretch', {
      bytes: formatBytes(language, bytes), time: formatDuration(language, seconds), speed: formatSpeed(language, seconds > 0 ? bytes / seconds : 0),
    });
  const written = target.outcome === 'written';
  const done = written && kind === 'format' ? t('report-view:formatted') : written && kind === 'drivers' ? t('report-view:updated') : t(`jobs:target.${target.outcome}`);
  return (
    <li className={`target target-${target.outcome}`}>
      <div className="target-head">
        <span className={`target-mark mark-${target.outcome}`}><Icon name={ICONS[target.outcome]} size={26} /></span>
        <div className="target-name">
          <strong>{modelName(t, { model: target.model, bus })}</strong>
          <span className="disk-row-facts">
            <span>{t('wizard:disk.number', { number: target.number })}</span>
            <span title={formatExactBytes(language, target.size)}>{formatBytes(language, target.size)}</span>
            {target.serial && <span className="mono">{t('wizard:disk.serial', { serial: target.serial })}</span>}
          </span>
        </div>
        <span className={`target-state state-${target.outcome}`}>{done}</span>
      </div>
      <dl className="facts">
        {target.bytesWritten > 0 && <div><dt>{t('report-view:written')}</dt><dd title={formatExactBytes(language, target.bytesWritten)}>{stretch(target.bytesWritten, target.writeSeconds)}</dd></div>}
        {target.bytesSkipped > 0 && <div><dt>{t('report-view:skipped')}</dt><dd title={formatExactBytes(language, target.bytesSkipped)}>{formatBytes(language, target.bytesSkipped)}</dd></div>}
        {target.bytesVerified > 0 && <div><dt>{t('report-view:read-back')}</dt><dd title={formatExactBytes(language, target.bytesVerified)}>{stretch(target.bytesVerified, target.verifySeconds)}</dd></div>}
        {ownSum && <div className="fact-wide"><dt>{t('report-view:sha256')}</dt><dd className="mono">{target.sha256}</dd></div>}
      </dl>
      {target.ejected && <p className="ejected"><Icon name="eject" size={20} />{t('report-view:ejected')}</p>}
      {unplugged && <Notice kind="info" announced title={t('wizard:disks.unplugged')}><p>{t('progress:unplugged.done')}</p></Notice>}
      {target.error && <ErrorNotice error={target.error} />}
      {target.notes.map((note, index) => {
        const { title, remedy } = errorTexts(t, note);
        return <Notice key={index} kind="info" title={title}><p>{remedy}</p></Notice>;
      })}
    </li>
  );
}
