import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { copiedDrivers, type DriverChange, type DriversPlan } from '../../contract/index.ts';
import { formatBytes, formatDay } from '../formatting/numbers.ts';
import { driverFlaws } from './DriverFields.tsx';
import { Fold } from './Fold.tsx';
import { Icon } from './Icon.tsx';
import { ScrollBox } from './ScrollBox.tsx';

type Listed = DriverChange['driver'];

/** What a stick has and what it gets, driver by driver. `done`: it has them by now. */
export function DriverChanges({ plan, done = false }: { plan: DriversPlan; done?: boolean }) {
  const { t, i18n } = useTranslation();
  const title = useId();
  const copied = copiedDrivers(plan);
  const counted = (['newer', 'added'] as const).flatMap((kind) => {
    const count = copied.filter((change) => change.kind === kind).length;
    return count > 0 ? [t(`drivers:changes.${kind}`, { count })] : [];
  });
  return (
    <section className="panel" aria-labelledby={title}>
      <h2 id={title}>{[...counted, formatBytes(i18n.language, plan.bytes)].join(', ')}</h2>
      <ScrollBox className="driver-table" label={t('wizard:step.drivers')} rows={copied.length}>
        <table className="editions">
          <thead>
            <tr>
              <th scope="col">{t('winpe:drivers.driver')}</th>
              <th scope="col">{t('winpe:drivers.kind')}</th>
              <th scope="col">{t(done ? 'drivers:changes.before' : 'drivers:changes.there')}</th>
              <th scope="col">{t(done ? 'drivers:changes.now' : 'drivers:changes.comes')}</th>
            </tr>
          </thead>
          <tbody>
            {copied.map((change) => {
              const { kind, driver, than } = change;
              const flaws = driverFlaws(t, change);
              return (
                <tr key={driver.folder}>
                  <td><strong>{driver.infName}</strong> {driver.provider}{flaws && <span className="driver-flaw">{flaws}</span>}</td>
                  <td>{t(`winpe:drivers.kind-${driver.kind}`)}</td>
                  <td>{than ? <Version driver={than} /> : <span className="driver-none">{t('drivers:changes.not-there')}</span>}</td>
                  <td><span className={`driver-${kind}`}><Icon name={kind === 'newer' ? 'newer' : 'plus'} size={18} /><Version driver={driver} /></span></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

function Version({ driver: { version, date } }: { driver: Listed }) {
  const { i18n } = useTranslation();
  return <span className="driver-version"><strong>{version || '–'}</strong>{date && <span>{formatDay(i18n.language, date)}</span>}</span>;
}

/** What stays on the stick as it is, and why. */
export function StayingDrivers({ plan: { changes, others } }: { plan: DriversPlan }) {
  const { t } = useTranslation();
  const staying: { readonly driver: Listed; readonly why: 'kept' | 'older' | 'other' }[] = [
    ...changes.filter(({ kind }) => kind === 'kept').map(({ driver }) => ({ driver, why: 'kept' as const })),
    ...changes.flatMap(({ kind, than }) => (kind === 'older' && than ? [{ driver: than, why: 'older' as const }] : [])),
    ...others.map((driver) => ({ driver, why: 'other' as const })),
  ];
  if (staying.length === 0) return null;
  return (
    <Fold title={t('drivers:stays.title')} hint={String(staying.length)}>
      <ScrollBox className="driver-table" label={t('drivers:stays.title')} rows={staying.length}>
        <table className="editions">
          <thead>
            <tr>{['winpe:drivers.driver', 'winpe:drivers.kind', 'drivers:changes.there', 'drivers:stays.why'].map((key) => <th key={key} scope="col">{t(key)}</th>)}</tr>
          </thead>
          <tbody>
            {staying.map(({ driver, why }) => (
              <tr key={driver.folder}>
                <td><strong>{driver.infName}</strong> {driver.provider}</td>
                <td>{t(`winpe:drivers.kind-${driver.kind}`)}</td>
                <td><Version driver={driver} /></td>
                <td>{t(`drivers:stays.${why}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Fold>
  );
}
