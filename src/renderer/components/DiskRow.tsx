import { useTranslation } from 'react-i18next';
import type { Disk, Reason } from '../../contract/index.ts';
import { busIcon, busName, modelName, reasonText } from './disk-texts.ts';
import { Bytes } from './Bytes.tsx';
import { DiskBar } from './DiskBar.tsx';
import { Icon } from './Icon.tsx';

/** What the bus or the badge says already. */
const SAID_ELSEWHERE: readonly Reason['code'][] = ['practice', 'loop'];

/** Partitions in words of one row: a list of disks stays a list. */
const MOST = 8;

/** All that is known of a disk, in one large row. `problem` says why it cannot be chosen. */
export function DiskRow({ disk, problem, verdict = true }: { disk: Disk; problem?: string | undefined; verdict?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="disk-row">
      <div className="disk-row-top">
        <span className="disk-row-icon"><Icon name={busIcon(disk.bus)} size={26} /></span>
        <div className="disk-row-name">
          <strong title={disk.path}>{modelName(t, disk)}</strong>
          <DiskFacts disk={disk} />
        </div>
        {disk.practice && <span className="badge badge-practice"><Icon name="practice" size={16} />{t('wizard:disk.practice')}</span>}
        {disk.size > 0 && <strong className="disk-row-size"><Bytes value={disk.size} /></strong>}
      </div>
      {disk.size > 0 && <DiskBar size={disk.size} partitions={disk.partitions} table={disk.table} most={MOST} />}
      {problem ? <p className="verdict verdict-no"><Icon name="lock" size={20} />{problem}</p> : verdict && disk.verdict.kind !== 'writable' && <VerdictLine disk={disk} />}
    </div>
  );
}

/** Number, bus, why it may be written, serial and path. A practice disk's path is its folder, shown below, and its name. */
function DiskFacts({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  const why = disk.verdict.kind === 'writable' ? disk.verdict.reasons.filter(({ code }) => !SAID_ELSEWHERE.includes(code)) : [];
  return (
    <span className="disk-row-facts">
      <span>{t('wizard:disk.number', { number: disk.number })}</span>
      {!disk.practice && <span>{busName(t, disk.bus)}</span>}
      {why.map((reason) => <span key={reason.code}>{reasonText(t, reason)}</span>)}
      {disk.serial.trim() && <span className="mono">{t('wizard:disk.serial', { serial: disk.serial.trim() })}</span>}
      {!disk.practice && <span className="mono">{disk.path}</span>}
    </span>
  );
}

/** Why a disk is not offered, or asks for more. */
function VerdictLine({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  const { kind, reasons } = disk.verdict;
  const words = reasons.map((reason) => reasonText(t, reason)).join(' · ');
  const asks = kind === 'confirm';
  return (
    <p className={`verdict verdict-${asks ? 'ask' : 'no'}`}>
      <Icon name={asks ? 'warning' : 'lock'} size={20} />
      <span><strong>{t(`wizard:verdict.${kind}`)}</strong>{words && `: ${words}`}</span>
    </p>
  );
}
