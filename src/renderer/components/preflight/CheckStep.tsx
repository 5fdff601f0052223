import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckResult, PreflightRequest } from '../../../contract/index.ts';
import { allResults, GROUPS, usePreflight } from '../../stores/preflight.ts';
import { Button } from '../Button.tsx';
import { Fold } from '../Fold.tsx';
import { Icon } from '../Icon.tsx';
import { ErrorNotice } from '../Notice.tsx';
import { StepHeading } from '../StepHeading.tsx';
import type { Choices } from './choices.ts';
import { CheckSummary } from './CheckSummary.tsx';
import { OptionalScans } from './OptionalScans.tsx';
import { FineLine, ResultCard } from './ResultCard.tsx';

/** The checks before a plan: they run by themselves, the worst is on top, and what is in order takes one line. */
export function CheckStep({ request, choices }: { request: PreflightRequest; choices: Choices }) {
  const { t } = useTranslation();
  const { begin, again, error, checks } = usePreflight();
  const key = JSON.stringify(request);
  useEffect(() => begin(JSON.parse(key) as PreflightRequest), [begin, key]);
  const results = allResults(checks);
  const memory = checks.memory?.done ? checks.memory.results.flatMap(({ remedies }) => remedies).find(({ action }) => action?.id === 'memory-level')?.action : null;
  const level = memory?.id === 'memory-level' ? memory.level : null;
  const { recommend } = choices;
  useEffect(() => {
    if (level) recommend?.({ id: 'memory-level', level });
    // Only a new recommendation is taken over, not every drawing of the step.
  }, [level]);
  return (
    <>
      <StepHeading lead={t('check:lead')}>{t(`check:title.${request.job}`)}</StepHeading>
      <CheckSummary />
      {error && <ErrorNotice error={error}><Button onPress={() => begin(request)}><Icon name="refresh" size={20} />{t('check:again-all')}</Button></ErrorNotice>}
      {GROUPS.map((verdict) => {
        const group = results.filter((result) => result.verdict === verdict);
        if (group.length === 0) return null;
        if (verdict === 'fine') {
          return (
            <Fold key={verdict} title={t('check:group.fine', { count: group.length })}>
              <ul className="fine-list">{group.map((result) => <FineLine key={keyOf(result)} result={result} />)}</ul>
            </Fold>
          );
        }
        return (
          <section key={verdict} className="check-group" aria-labelledby={`checks-${verdict}`}>
            <h2 id={`checks-${verdict}`}>{t(`check:group.${verdict}`, { count: group.length })}</h2>
            {verdict === 'unknown' && <Elevate results={group} onPress={(ids) => again(ids, true)} />}
            {group.map((result) => <ResultCard key={keyOf(result)} result={result} choices={choices} />)}
          </section>
        );
      })}
      <OptionalScans job={request.job} />
    </>
  );
}

const keyOf = ({ check, subject, finding }: CheckResult): string => `${check} ${subject.id} ${finding.code}`;

/** What needs rights says so, and is asked for once for all of them. */
function Elevate({ results, onPress }: { results: readonly CheckResult[]; onPress: (checks: CheckResult['check'][]) => void }) {
  const { t } = useTranslation();
  const running = usePreflight((state) => state.runs.length > 0);
  const ids = [...new Set(results.filter(({ finding, evidence }) => finding.code === 'missing-no-rights' || evidence.some(({ code }) => code === 'missing-no-rights')).map(({ check }) => check))];
  if (ids.length === 0) return null;
  return (
    <div className="row">
      <Button isDisabled={running} onPress={() => onPress(ids)}><Icon name="shield" size={20} />{t('check:elevate', { count: ids.length })}</Button>
    </div>
  );
}
