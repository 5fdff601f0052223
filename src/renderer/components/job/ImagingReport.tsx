import { useTranslation } from 'react-i18next';
import type { ImagingOutcome, Report } from '../../../contract/index.ts';
import { formatBytes, formatExactBytes, formatPercent } from '../../formatting/numbers.ts';
import { Icon } from '../Icon.tsx';
import { Notes } from '../ImagingParts.tsx';
import { Notice } from '../Notice.tsx';

/** What became of the image: how large, what could not be read, what was left out and agreed to. */
export function ImagingReport({ imaging, report }: { imaging: ImagingOutcome; report: Report }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const { verified } = imaging;
  const number = new Intl.NumberFormat(language);
  return (
    <section className="panel" aria-labelledby="report-imaging">
      <h2 id="report-imaging">{t('report-view:file')}</h2>
      <dl className="facts">
        {imaging.storedBytes !== null && imaging.usedBytes > 0 && report.plan.kind !== 'verify' && (
          <div>
            <dt>{t('report-view:imaging.stored')}</dt>
            <dd>{t('report-view:imaging.ratio', { used: formatBytes(language, imaging.usedBytes), stored: formatBytes(language, imaging.storedBytes), share: formatPercent(language, imaging.storedBytes / imaging.usedBytes) })}</dd>
          </div>
        )}
        {verified && (
          <div><dt>{t('report-view:imaging.verified')}</dt><dd>{t('report-view:imaging.clusters', { checked: number.format(verified.checked), clusters: number.format(verified.clusters) })}</dd></div>
        )}
        {imaging.identifiers && <div><dt>{t('report-view:imaging.identifiers')}</dt><dd>{t(`report-view:imaging.identifiers-${imaging.identifiers}`)}</dd></div>}
        {imaging.resumed && <div><dt>{t('report-view:imaging.resumed')}</dt><dd>{t('report-view:imaging.yes')}</dd></div>}
        <div className="fact-wide"><dt>{t('report-view:imaging.path')}</dt><dd className="mono">{imaging.path}</dd></div>
        {imaging.imageId && <div className="fact-wide"><dt>{t('report-view:imaging.id')}</dt><dd className="mono">{imaging.imageId}</dd></div>}
        {imaging.manifestSha256 && <div className="fact-wide"><dt>{t('report-view:imaging.manifest')}</dt><dd className="mono">{imaging.manifestSha256}</dd></div>}
        {imaging.chain.length > 0 && <div className="fact-wide"><dt>{t('wizard:library.builds-on')}</dt><dd>{imaging.chain.join(', ')}</dd></div>}
        {imaging.leftOut.length > 0 && (
          <div className="fact-wide">
            <dt>{t('report-view:imaging.left-out')}</dt>
            <dd>{imaging.leftOut.map(({ name, partition, bytes }) => t('report-view:imaging.left-out-file', { name, partition, size: formatBytes(language, bytes) })).join(', ')}</dd>
          </div>
        )}
        {imaging.overridden.length > 0 && (
          <div className="fact-wide">
            <dt>{t('report-view:imaging.agreed')}</dt>
            <dd>{imaging.overridden.map(({ code, partitions }) => t('report-view:imaging.agreed-to', { numbers: partitions.join(', '), condition: t(`jobs:condition.${code}`) })).join('; ')}</dd>
          </div>
        )}
        {imaging.grown.map(({ disk, partition, from, to, fileSystem }) => (
          <div key={`${disk} ${partition}`} className="fact-wide">
            <dt>{t('report-view:imaging.grown')}</dt>
            <dd>{t(fileSystem ? 'report-view:imaging.grown-full' : 'report-view:imaging.grown-only', { partition, from: formatBytes(language, from), to: formatBytes(language, to) })}</dd>
          </div>
        ))}
      </dl>
      <BadPlaces imaging={imaging} />
      {verified && verified.damaged.length > 0 && (
        <Notice kind="error" title={t('report-view:imaging.damaged', { count: verified.damaged.length })}>
          <ul className="bad-places">{verified.damaged.slice(0, 20).map(({ offset, length }) => <li key={offset}>{t('report-view:imaging.place', { offset: formatExactBytes(language, offset), length: formatBytes(language, length) })}</li>)}</ul>
        </Notice>
      )}
      <Notes notes={imaging.notes} />
    </section>
  );
}

/** Places that could not be read, and the files they belong to. */
function BadPlaces({ imaging: { bad } }: { imaging: ImagingOutcome }) {
  const { t, i18n } = useTranslation();
  if (bad.bytes === 0) return <p className="matched matched-yes"><Icon name="check" size={20} />{t('report-view:imaging.no-bad')}</p>;
  return (
    <Notice kind="warning" title={t('report-view:imaging.bad', { count: bad.count, size: formatBytes(i18n.language, bad.bytes) })}>
      <p>{t('report-view:imaging.bad-text')}</p>
      <ul className="bad-places">
        {bad.places.slice(0, 20).map(({ offset, length, partition, files }) => (
          <li key={offset}>
            {t('report-view:imaging.place', { offset: formatExactBytes(i18n.language, offset), length: formatBytes(i18n.language, length) })}
            {partition !== null && ` · ${t('report-view:imaging.partition', { number: partition })}`}
            {files.map((file) => <span key={file} className="mono bad-file">{file}</span>)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
