import { useTranslation } from 'react-i18next';
import type { CheckVerdict } from '../../../contract/index.ts';
import { formatList } from '../../formatting/numbers.ts';
import { allResults, barring, usePreflight } from '../../stores/preflight.ts';
import { Button } from '../Button.tsx';
import { Icon, type IconName } from '../Icon.tsx';

export const VERDICT_ICONS: Readonly<Record<CheckVerdict, IconName>> = { fine: 'check', advice: 'info', unknown: 'question', warning: 'warning', stop: 'danger' };

const COUNTED = ['stop', 'warning', 'advice', 'unknown'] as const satisfies readonly CheckVerdict[];

/** One line that says it all: that everything is in order, or what is not. */
export function CheckSummary() {
  const { t, i18n } = useTranslation();
  const { checks, runs, request, took, accepted, begin, cancel } = usePreflight();
  const states = Object.values(checks);
  const results = allResults(checks);
  const open = states.filter(({ done }) => !done);
  const running = runs.length > 0;
  const found = COUNTED.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [t(`check:counted.${verdict}`, { count })];
  });
  const bars = barring(results, accepted).length;
  const worst = (['stop', 'warning'] as const).find((verdict) => barring(results, accepted).some((result) => result.verdict === verdict))
    ?? (results.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : results.some(({ verdict }) => verdict === 'advice' || verdict === 'warning' || verdict === 'stop') ? 'advice' : 'fine');
  if (running) {
    const shares = open.flatMap(({ share }) => (share === null ? [] : [share]));
    return (
      <div className="panel check-summary" role="status">
        <span className="spinner" aria-hidden="true" />
        <div className="check-summary-text">
          <strong>{t('check:running', { done: states.length - open.length, count: states.length })}</strong>
          <span>{formatList(i18n.language, open.map(({ check }) => t(`preflight:${check}.title`)))}</span>
        </div>
        {(shares.length > 0 || took !== null) && <Button onPress={cancel}>{t('check:cancel')}</Button>}
      </div>
    );
  }
  if (results.length === 0 || !request) return null;
  return (
    <div className={`panel check-summary check-summary-${worst}`} role="status">
      <span className={`verdict-mark verdict-${worst}`}><Icon name={VERDICT_ICONS[worst]} size={28} /></span>
      <div className="check-summary-text">
        <strong>{found.length === 0 ? t('check:all-fine') : bars === 0 ? t('check:may-go-on') : t('check:look')}</strong>
        <span>
          {found.length === 0 ? t('check:counted-fine', { count: states.length, seconds: Math.max(1, Math.round(took ?? 0)) }) : formatList(i18n.language, found)}
        </span>
      </div>
      <Button onPress={() => { usePreflight.setState({ request: null }); begin(request); }}><Icon name="refresh" size={20} />{t('check:again-all')}</Button>
    </div>
  );
}
