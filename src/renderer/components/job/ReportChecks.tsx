import { useTranslation } from 'react-i18next';
import { acceptedAs, type Report } from '../../../contract/index.ts';
import { checkText } from '../../app/i18n.ts';
import { formatBytes } from '../../formatting/numbers.ts';
import { GROUPS } from '../../stores/preflight.ts';
import { Fold } from '../Fold.tsx';
import { FineLine, VerdictBadge } from '../preflight/ResultCard.tsx';

/** What the checks before the job said, and what was accepted. */
export function ReportChecks({ preflight }: { preflight: NonNullable<Report['preflight']> }) {
  const { t } = useTranslation();
  const { results, accepted, skipped } = preflight;
  const shown = GROUPS.filter((verdict) => verdict !== 'fine').flatMap((verdict) => results.filter((result) => result.verdict === verdict));
  const fine = results.filter(({ verdict }) => verdict === 'fine');
  return (
    <section className="panel report-checks" aria-labelledby="report-checks">
      <h2 id="report-checks">{t('report-view:checks')}</h2>
      {skipped && <p>{t('report-view:checks-skipped')}</p>}
      {shown.length > 0 && (
        <ul className="fine-list">
          {shown.map((result) => {
            const { check, subject, finding, verdict } = result;
            const name = acceptedAs(result);
            return (
              <li key={`${name} ${verdict}`}>
                <VerdictBadge verdict={verdict} />
                <div>
                  <p><strong>{t(`preflight:${check}.title`)}</strong>{subject.name !== '' && ` · ${subject.name}`}: {checkText(t, check, 'finding', finding)}</p>
                  {accepted.includes(name) && <p className="report-accepted">{t('report-view:accepted')} <span className="mono">{name}</span></p>}
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {fine.length > 0 && <Fold title={t('check:group.fine', { count: fine.length })}><ul className="fine-list">{fine.map((result) => <FineLine key={acceptedAs(result)} result={result} />)}</ul></Fold>}
    </section>
  );
}

/** The computer that the job ran on, as far as it says. */
export function ReportMachine({ machine }: { machine: NonNullable<Report['machine']> }) {
  const { t, i18n } = useTranslation();
  const { maker, model, serial, firmware, memory, processor, system } = machine;
  const facts = [
    ['machine', [maker, model].filter((part) => part !== '').join(' ')], ['serial', serial], ['system', system], ['firmware', firmware],
    ['processor', processor], ['memory', formatBytes(i18n.language, memory)],
  ] as const;
  return (
    <section className="panel" aria-labelledby="report-machine">
      <h2 id="report-machine">{t('report-view:computer')}</h2>
      <dl className="facts">
        {facts.filter(([, value]) => value !== '').map(([name, value]) => <div key={name}><dt>{t(`report-view:machine.${name}`)}</dt><dd>{value}</dd></div>)}
      </dl>
    </section>
  );
}
