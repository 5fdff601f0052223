import type { TFunction } from 'i18next';
import { useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { DriverChoice, DriverPackageInfo, DriverPreview, DriverSystem } from '../../contract/index.ts';
import { errorTexts } from '../app/i18n.ts';
import { call } from '../bridge.ts';
import { formatBytes, formatDay } from '../formatting/numbers.ts';
import { useDriverChoice } from '../stores/driver-choice.ts';
import { Button } from './Button.tsx';
import { Checkbox } from './Checkbox.tsx';
import { Icon } from './Icon.tsx';
import { ErrorNotice, Notice } from './Notice.tsx';
import { RadioCards } from './RadioCards.tsx';
import { ScrollBox } from './ScrollBox.tsx';
import { TextLines } from './TextLines.tsx';

interface DriverFieldsProps {
  readonly system: DriverSystem;
  /** A stick that has drivers already, by its ID: that some fit does not say that they are copied. */
  readonly disk?: string | null;
}

/** Folders with drivers, for which machines, and the list that would be taken. */
export function DriverFields({ system, disk = null }: DriverFieldsProps) {
  const { t } = useTranslation();
  const { folders, machines, ids, allKinds, choosing, choice, error, devices, change, refresh, loadDevices } = useDriverChoice();
  const { architecture, build } = system;
  const target = { architecture, build, disk };
  const update = disk !== null;
  useEffect(() => {
    void refresh({ architecture, build, disk });
  }, [refresh, architecture, build, disk]);
  useEffect(() => {
    if (machines === 'this') void loadDevices();
  }, [machines, loadDevices]);
  const add = async () => {
    const chosen = await call('dialog.folder', null).catch(() => null);
    if (chosen !== null && !folders.includes(chosen)) change({ folders: [...folders.filter((line) => line.trim() !== ''), chosen] }, target);
  };
  const any = folders.some((line) => line.trim() !== '');
  return (
    <>
      <div className="panel">
        <TextLines label={t('winpe:drivers.folders')} description={t('winpe:drivers.folders-text')} value={folders} onChange={(lines) => change({ folders: lines }, target)} />
        <div className="row">
          <Button onPress={() => void add()}><Icon name="plus" size={20} />{t('winpe:drivers.add-folder')}</Button>
          {any && <Button isDisabled={choosing} onPress={() => void refresh(target)}><Icon name="refresh" size={20} />{t('winpe:drivers.again')}</Button>}
        </div>
      </div>
      {any && (
        <>
          <RadioCards
            labelled
            small
            label={t('winpe:drivers.machines')}
            value={machines}
            onChange={(value) => change({ machines: value }, target)}
            options={(['any', 'this', 'ids'] as const).map((value) => ({ value, name: t(`winpe:drivers.${value}`), text: t(update && value === 'any' ? 'drivers:any-text' : `winpe:drivers.${value}-text`) }))}
          />
          {machines === 'ids' && <div className="panel"><TextLines label={t('winpe:drivers.hardware-ids')} description={t('winpe:drivers.hardware-ids-text')} value={ids} onChange={(lines) => change({ ids: lines }, target)} /></div>}
          {machines === 'this' && devices?.length === 0 && <Notice kind="warning" announced title={t('winpe:drivers.no-machine')} />}
          {machines === 'this' && devices && devices.length > 0 && <p className="field-description">{t('winpe:drivers.devices', { devices: devices.map(({ name }) => name).join(', ') })}</p>}
          <Checkbox isSelected={allKinds} onChange={(all) => change({ allKinds: all }, target)}>{t('winpe:drivers.all-kinds')}</Checkbox>
          <div aria-live="polite" className="driver-choice">
            {choosing && <p className="busy"><span className="spinner" aria-hidden="true" />{t('winpe:drivers.looking')}</p>}
            {error && <ErrorNotice error={error} />}
            {choice && !choosing && <Chosen choice={choice} update={update} />}
          </div>
        </>
      )}
    </>
  );
}

/** What would be taken, what has no driver and what could not be read. */
function Chosen({ choice, update }: { choice: DriverPreview; update: boolean }) {
  const { t, i18n } = useTranslation();
  const title = useId();
  const { chosen, bytes, system } = choice;
  return (
    <>
      {update && <p className="field-description">{t(system ? (system.build === null ? 'drivers:for-any-build' : 'drivers:for') : 'drivers:for-unseen', { name: system && t(`drivers:architecture.${system.architecture}`), build: system?.build })}</p>}
      <LackingDrivers {...choice} />
      {chosen.length === 0 ? <Notice kind="warning" title={t('winpe:drivers.none')}><p>{t(update ? 'drivers:none-text' : 'winpe:drivers.none-text')}</p></Notice> : (
        <section className="panel" aria-labelledby={title}>
          <h2 id={title}>{t(update ? 'drivers:fit' : 'winpe:drivers.chosen', { count: chosen.length, size: formatBytes(i18n.language, bytes) })}</h2>
          <DriverTable drivers={chosen} />
        </section>
      )}
    </>
  );
}

/** Devices that have no driver, and packages that cannot be read. */
export function LackingDrivers({ unmatched, unreadable }: Pick<DriverChoice, 'unmatched' | 'unreadable'>) {
  const { t } = useTranslation();
  return (
    <>
      {unmatched.length > 0 && <Notice kind="warning" title={t('winpe:drivers.unmatched', { count: unmatched.length })}><ScrollBox label={t('winpe:drivers.unmatched', { count: unmatched.length })} rows={unmatched.length}><p className="mono">{unmatched.join(', ')}</p></ScrollBox></Notice>}
      {unreadable.length > 0 && (
        <Notice kind="warning" title={t('winpe:drivers.unreadable', { count: unreadable.length })}>
          <ScrollBox label={t('winpe:drivers.unreadable', { count: unreadable.length })} rows={unreadable.length}><ul>{unreadable.map(({ path, error }) => <li key={path}><span className="mono">{path}</span>: {errorTexts(t, error).title}</li>)}</ul></ScrollBox>
        </Notice>
      )}
    </>
  );
}

/** What is wrong with a package, in words. */
export const driverFlaws = (t: TFunction, { signed, missing }: { readonly signed: boolean; readonly missing: readonly string[] }): string =>
  [signed ? '' : t('winpe:drivers.unsigned'), missing.length > 0 ? t('winpe:drivers.incomplete', { files: missing.join(', ') }) : ''].filter(Boolean).join('; ');

/** Drivers with their version and date, and what is wrong with them. */
export function DriverTable({ drivers }: { drivers: readonly DriverPackageInfo[] }) {
  const { t, i18n } = useTranslation();
  const flaws = ({ catalog, missing }: DriverPackageInfo): string => driverFlaws(t, { signed: catalog === 'present', missing });
  return (
    <ScrollBox className="driver-table" label={t('wizard:step.drivers')} rows={drivers.length}>
      <table className="editions">
        <thead>
          <tr>{(['driver', 'kind', 'version', 'date'] as const).map((column) => <th key={column} scope="col">{t(`winpe:drivers.${column}`)}</th>)}</tr>
        </thead>
        <tbody>
          {drivers.map((driver) => (
            <tr key={driver.path}>
              <td title={driver.path}><strong>{driver.infName}</strong> {driver.provider}{flaws(driver) && <span className="driver-flaw">{flaws(driver)}</span>}</td>
              <td>{t(`winpe:drivers.kind-${driver.kind}`)}</td>
              <td>{driver.version}</td>
              <td>{formatDay(i18n.language, driver.date)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
