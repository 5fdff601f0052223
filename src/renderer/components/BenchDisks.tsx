import { useTranslation } from 'react-i18next';
import { inOrder, useDisks } from '../stores/disks.ts';
import { Bytes } from './Bytes.tsx';
import { busIcon, modelName } from './disk-texts.ts';
import { DiskBar } from './DiskBar.tsx';
import { Icon } from './Icon.tsx';

/** As many as fit below the three jobs; the wizards show them all. */
const MOST = 6;

/** What is plugged in and can be used, at a glance. */
export function BenchDisks() {
  const { t } = useTranslation();
  const disks = useDisks((state) => state.disks);
  const offered = inOrder(disks ?? []).filter((disk) => disk.verdict.kind !== 'hidden');
  return (
    <section className="bench" aria-labelledby="bench-title">
      <h2 id="bench-title" role="status">{disks === null ? t('app:home.looking') : t('app:home.disks', { count: offered.length })}</h2>
      <ul className="bench-disks">
        {offered.slice(0, MOST).map((disk) => (
          <li key={disk.id} className="bench-disk">
            <Icon name={busIcon(disk.bus)} size={22} />
            <div>
              <strong>{modelName(t, disk)}</strong>
              <span className="disk-row-facts"><span>{t('wizard:disk.number', { number: disk.number })}</span><Bytes value={disk.size} /></span>
            </div>
            <DiskBar size={disk.size} partitions={disk.partitions} table={disk.table} legend={false} />
          </li>
        ))}
      </ul>
      {disks !== null && offered.length === 0 && <p>{t('app:home.disks-none')}</p>}
      {offered.length > MOST && <p>{t('app:home.disks-more', { count: offered.length - MOST })}</p>}
    </section>
  );
}
