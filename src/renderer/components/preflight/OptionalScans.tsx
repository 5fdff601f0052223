import { useTranslation } from 'react-i18next';
import type { CheckedJob, CheckId } from '../../../contract/index.ts';
import { usePreflight } from '../../stores/preflight.ts';
import { formatPercent } from '../../formatting/numbers.ts';
import { Button } from '../Button.tsx';
import { Icon } from '../Icon.tsx';
import { SurfaceMap } from './SurfaceMap.tsx';

/** What takes as long as the disk is large is only done when it is asked for. */
const SCANS: Readonly<Record<CheckedJob, readonly CheckId[]>> = {
  capture: ['file-system-scan', 'surface'], restore: ['surface'], write: ['surface'], media: ['surface'], read: ['surface'], format: ['surface'], deploy: ['dhcp'],
};

export function OptionalScans({ job }: { job: CheckedJob }) {
  const { t, i18n } = useTranslation();
  const { checks, again, cancel } = usePreflight();
  const busy = usePreflight((state) => state.runs.length > 0 || (state.remedy?.running ?? false));
  return (
    <section className="panel" aria-labelledby="check-scans">
      <h2 id="check-scans">{t('check:scans')}</h2>
      <ul className="scan-list">
        {SCANS[job].map((id) => {
          const state = checks[id];
          const running = state?.done === false;
          return (
            <li key={id}>
              <div className="scan-text">
                <strong>{t(`preflight:${id}.title`)}</strong>
                <span>{t(`check:scan.${id}`)}</span>
              </div>
              {running
                ? <Button onPress={cancel}>{t('check:cancel')}{state.share !== null && ` (${formatPercent(i18n.language, state.share)})`}</Button>
                : <Button isDisabled={busy} onPress={() => again([id])}><Icon name="gauge" size={20} />{t(state ? 'check:scan-again' : 'check:scan-start')}</Button>}
              {state?.map && <SurfaceMap map={state.map} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
