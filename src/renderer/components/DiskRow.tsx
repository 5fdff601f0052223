import { useTranslation } from 'react-i18next';
import type { Disk } from '../../contract/index.ts';
import { busIcon, busName, modelName, reasonText } from './disk-texts.ts';
import { Bytes } from './Bytes.tsx';
import { DiskBar } from './DiskBar.tsx';
import { Icon } from './Icon.tsx';

/** All that is known of a disk, in one large row. `problem` says why it cannot be chosen. */
export function DiskRow({ disk, problem, verdict = true }: { disk: Disk; problem?: string | undefined; verdict?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="disk-row">
      <div className="disk-row-top">
        <span className="disk-row-icon"><Icon name={busIcon(disk.bus)} size={30} /></span>
        <div className="disk-row-name">
          <strong>{modelName(t, disk)}</strong>
          <span className="disk-row-facts">
            <span>{t('wizard:disk.number', { number: disk.number })}</span>
            <span>{busName(t, disk.bus)}</span>
            {disk.serial.trim() && <span className="mono">{t('wizard:disk.serial', { serial: disk.serial.trim() })}</span>}
            <span className="mono disk-row-path">{disk.path}</span>
          </span>
        </div>
        {disk.practice && <span className="badge badge-practice"><Icon name="practice" size={16} />{t('wizard:disk.practice')}</span>}
        {disk.size > 0 && <strong className="disk-row-size"><Bytes value={disk.size} /></strong>}
      </div>
      {disk.size > 0 && <DiskBar size={disk.size} partitions={disk.partitions} table={disk.table} />}
      {problem ? <p className="verdict verdict-no"><Icon name="lock" size={20} />{problem}</p> : verdict && <VerdictLine disk={disk} />}
    </div>
  );
}

/** The verdict in words, with its reasons. */
export function VerdictLine({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  const { kind, reasons } = disk.verdict;
  const words = reasons.map((reason) => reasonText(t, reason)).join(' · ');
  const icon = kind === 'writable' ? 'check' : kind === 'confirm' ? 'warning' : 'lock';
  return (
    <p className={`verdict verdict-${kind === 'writable' ? 'yes' : kind === 'confirm' ? 'ask' : 'no'}`}>
      <Icon name={icon} size={20} />
      <span><strong>{t(`wizard:verdict.${kind}`)}</strong>{words && `: ${words}`}</span>
    </p>
  );
}
