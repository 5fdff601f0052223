import { useTranslation } from 'react-i18next';
import type { Partition } from '../../contract/index.ts';
import { segmentsOf, type Segment } from '../formatting/segments.ts';
import { formatBytes, formatPercent } from '../formatting/numbers.ts';
import { fileSystemName, partitionText } from './disk-texts.ts';

interface DiskBarProps {
  readonly size: number;
  readonly partitions: readonly Partition[];
  readonly table: 'gpt' | 'mbr' | 'none' | 'corrupt' | 'unreadable';
  /** Lists the partitions in words below the bar. */
  readonly legend?: boolean;
  /** So many of them, and how many more there are. */
  readonly most?: number;
}

/** A disk or an image drawn to scale; the used part of each partition is darker. The words beside it say the same. */
export function DiskBar({ size, partitions, table, legend = true, most = Infinity }: DiskBarProps) {
  const { t, i18n } = useTranslation();
  const segments = segmentsOf(size, partitions);
  const drawn = partitions.filter((partition) => partition.role !== 'extended');
  return (
    <div className="disk-drawing">
      <div className="disk-bar" aria-hidden="true">
        {segments.map((segment) => <BarSegment key={segment.key} segment={segment} />)}
      </div>
      {legend && drawn.length > 0 && (
        <ul className="disk-legend">
          {drawn.slice(0, most).map((partition) => (
            <li key={`${partition.number}-${partition.offset}`}>
              <span className={`legend-mark role-${partition.role}`} aria-hidden="true" />
              {/* A file system without a table around it has no number. */}
              {partition.number > 0 && <span className="legend-number">{partition.number}</span>}
              <span>
                {partitionText(t, partition)} · {formatBytes(i18n.language, partition.length)}
                {partition.usedBytes !== null && partition.length > 0 && (
                  <span className="legend-used"> · {t('wizard:disk.used', { share: formatPercent(i18n.language, partition.usedBytes / partition.length) })}</span>
                )}
              </span>
            </li>
          ))}
          {drawn.length > most && <li>{t('wizard:disk.more-partitions', { count: drawn.length - most })}</li>}
        </ul>
      )}
      {legend && drawn.length === 0 && (
        <p className="disk-legend-empty">{t(table === 'none' ? 'wizard:disk.table-none' : table === 'corrupt' ? 'wizard:disk.table-corrupt' : table === 'unreadable' ? 'wizard:disk.table-unreadable' : 'wizard:disk.no-partitions')}</p>
      )}
    </div>
  );
}

function BarSegment({ segment }: { segment: Segment }) {
  const { partition, share, used } = segment;
  const name = partition && (share > 0.1 ? [partition.number, fileSystemName(partition)].filter(Boolean).join(' ') : share > 0.03 && partition.number > 0 ? String(partition.number) : '');
  return (
    <div className={`disk-segment ${partition ? `role-${partition.role}` : 'disk-free'}`} style={{ flexGrow: share * 1000 }}>
      {used !== null && <div className="disk-used" style={{ width: `${used * 100}%` }} />}
      {name && <span>{name}</span>}
    </div>
  );
}
