import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remedyTextKey, type CheckVerdict } from '../../../contract/index.ts';
import { checkText } from '../../app/i18n.ts';
import { call } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { VERDICT_ICONS } from '../../components/preflight/CheckSummary.tsx';
import { captureChecks, useCapture } from '../../stores/capture.ts';

/** A name is looked at when nobody has typed for so long. */
const REST_MS = 350;
let count = 0;

/** Says while it is typed whether a name can be used, follows the template and is nobody else's. */
export function NameCheck() {
  const { t } = useTranslation();
  const state = useCapture();
  const [looking, setLooking] = useState(false);
  const request = captureChecks(state);
  const key = JSON.stringify({ ...request, checks: ['image-name'] });
  const ready = request.destination !== null && request.sources.length > 0;
  useEffect(() => {
    useCapture.setState({ nameResults: [] });
    if (!ready) return undefined;
    let stale = false;
    setLooking(true);
    const timer = setTimeout(() => {
      call('preflight.run', { runId: `name-${(count += 1)}`, request: JSON.parse(key) as typeof request, elevated: false })
        .then((nameResults) => { if (!stale) useCapture.setState({ nameResults }); }, () => undefined)
        .finally(() => { if (!stale) setLooking(false); });
    }, REST_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [key, ready]);
  if (!ready) return null;
  return (
    <div role="status">
      <ul className="name-check">
        {looking && state.nameResults.length === 0 && <li className="name-looking">{t('check:name.looking')}</li>}
        {state.nameResults.map((result) => (
          <li key={result.finding.code} className={`name-${result.verdict}`}>
            <Icon name={VERDICT_ICONS[result.verdict]} size={20} />
            <span className="name-words">
              <Word verdict={result.verdict} />
              {result.verdict === 'fine' ? t('check:name.good') : checkText(t, result.check, 'finding', result.finding)}
            </span>
            {result.remedies.map(({ code, params, action }) => action?.id === 'rename' && (
              <Button key={code} onPress={() => state.setName(action.name)}><Icon name="edit" size={20} />{t(remedyTextKey(code), { ...params, name: action.name })}</Button>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Word({ verdict }: { verdict: CheckVerdict }) {
  const { t } = useTranslation();
  return verdict === 'fine' ? null : <strong>{t(`preflight:verdict.${verdict}`)}: </strong>;
}
