import { useTranslation } from 'react-i18next';
import { canBeMissed, partitionPurpose } from '../../contract/index.ts';
import { partitionTitle, purposeText } from './disk-texts.ts';

type Purposeful = Parameters<typeof partitionPurpose>[0];

/** What is missed on a disk to which all but this partition is restored. */
export function Without({ partition, all, leftOut = false }: { readonly partition: Purposeful; readonly all: readonly Purposeful[]; readonly leftOut?: boolean }) {
  const { t } = useTranslation();
  const purpose = partitionPurpose(partition, all);
  const lost = t(`jobs:without.${purpose}`);
  return <span className={`partition-without ${canBeMissed(purpose) ? '' : 'partition-missed'}`}>{leftOut ? t('wizard:partitions.left-out', { lost }) : lost}</span>;
}

/** The partitions that do not come along, what each is for, and what is missed without it. */
export function LeftOut({ left, all }: { readonly left: readonly Purposeful[]; readonly all: readonly Purposeful[] }) {
  const { t } = useTranslation();
  if (left.length === 0) return null;
  return (
    <div className="left-out">
      <h3>{t('wizard:partitions.left-title')}</h3>
      <ul className="taken-list">
        {left.map((partition) => (
          <li key={partition.number}>
            <span className="legend-mark legend-mark-out" aria-hidden="true" />
            <span className="partition-number">{partition.number}</span>
            <span className="partition-what">
              {partitionTitle(t, partition)}
              <span className="partition-purpose">{purposeText(t, partition, all)}</span>
              <Without partition={partition} all={all} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
