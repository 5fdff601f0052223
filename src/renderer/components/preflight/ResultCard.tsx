import { useTranslation } from 'react-i18next';
import { acceptedAs, type CheckResult, type CheckVerdict } from '../../../contract/index.ts';
import { checkText } from '../../app/i18n.ts';
import { needsAccepting, usePreflight } from '../../stores/preflight.ts';
import { Button } from '../Button.tsx';
import { Checkbox } from '../Checkbox.tsx';
import { Fold } from '../Fold.tsx';
import { Icon } from '../Icon.tsx';
import { VERDICT_ICONS } from './CheckSummary.tsx';
import type { Choices } from './choices.ts';
import { RemedyList } from './RemedyList.tsx';

/** A sign and a word: nobody has to tell verdicts apart by their colour. */
export function VerdictBadge({ verdict }: { verdict: CheckVerdict }) {
  const { t } = useTranslation();
  return <span className={`badge verdict-badge verdict-${verdict}`}><Icon name={VERDICT_ICONS[verdict]} size={18} />{t(`preflight:verdict.${verdict}`)}</span>;
}

/** One result: what was found, the figures and where they came from, why it matters, and what to do. */
export function ResultCard({ result, choices }: { result: CheckResult; choices: Choices }) {
  const { t } = useTranslation();
  const { check, subject, verdict, finding } = result;
  const { accepted, accept, again } = usePreflight();
  const running = usePreflight((state) => state.checks[check]?.done === false);
  const name = acceptedAs(result);
  const title = t(`preflight:${check}.title`);
  return (
    <article className={`panel check-card check-card-${verdict}`} aria-label={`${title}${subject.name && `: ${subject.name}`}`}>
      <header className="check-head">
        <VerdictBadge verdict={verdict} />
        <h3>{title}{subject.name !== '' && <span className="check-subject"> · {subject.name}</span>}</h3>
        <Button kind="quiet" isDisabled={running} aria-label={t('check:again-of', { check: title })} onPress={() => again([check])}>
          {running ? <span className="spinner spinner-small" aria-hidden="true" /> : <Icon name="refresh" size={20} />}{t('check:again')}
        </Button>
      </header>
      <p className="check-finding">{checkText(t, check, 'finding', finding)}</p>
      <Evidence result={result} />
      <RemedyList result={result} choices={choices} />
      <Fold title={t('check:why')}><p className="check-why">{t(`preflight:${check}.why`)}</p></Fold>
      {needsAccepting(result) && (
        <Checkbox className="check-accept" isSelected={accepted.includes(name)} onChange={(agreed) => accept(name, agreed)}>
          {t('check:accept', { check: title })}<span className="confirmation-why">{t('check:accept-text')} <span className="mono">{name}</span></span>
        </Checkbox>
      )}
      {verdict === 'stop' && !result.overridable && <p className="check-no-way"><Icon name="lock" size={20} />{t('check:no-way')}</p>}
    </article>
  );
}

function Evidence({ result: { check, evidence } }: { result: CheckResult }) {
  const { t } = useTranslation();
  if (evidence.length === 0) return null;
  return (
    <ul className="check-evidence">
      {evidence.map(({ code, params, from }, index) => (
        <li key={`${code} ${index}`}>
          <span>{checkText(t, check, 'evidence', { code, params })}</span>
          {from !== '' && <span className="evidence-from">{t('check:from')} <span className="mono">{from}</span></span>}
        </li>
      ))}
    </ul>
  );
}

/** What is in order: a line, with its figures behind it. */
export function FineLine({ result }: { result: CheckResult }) {
  const { t } = useTranslation();
  const { check, subject, finding, evidence } = result;
  return (
    <li>
      <VerdictBadge verdict="fine" />
      <div>
        <p><strong>{t(`preflight:${check}.title`)}</strong>{subject.name !== '' && ` · ${subject.name}`}: {checkText(t, check, 'finding', finding)}</p>
        {evidence.length > 0 && <Evidence result={result} />}
      </div>
    </li>
  );
}
