import { Checkbox as AriaCheckbox, CheckboxGroup, ToggleButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Partition } from '../../contract/index.ts';
import { segmentsOf } from '../formatting/segments.ts';
import { formatBytes } from '../formatting/numbers.ts';
import { choosable } from '../stores/choosable.ts';
import { Button } from './Button.tsx';
import { fileSystemName, partitionText, partitionTitle, purposeText } from './disk-texts.ts';
import { Icon } from './Icon.tsx';
import { Without } from './LeftOut.tsx';

interface PartitionChoiceProps {
  readonly label: string;
  readonly size: number;
  readonly partitions: readonly Partition[];
  /** Numbers, null for all of them. */
  readonly chosen: readonly number[] | null;
  readonly onChoose: (chosen: readonly number[] | null) => void;
}

/** A disk drawn to scale with every partition a button, and the same below as a list with boxes to tick: what each is for, and what is missed without it. */
export function PartitionChoice({ label, size, partitions, chosen, onChoose }: PartitionChoiceProps) {
  const { t, i18n } = useTranslation();
  const all = choosable(partitions);
  const taken = (number: number) => chosen === null || chosen.includes(number);
  const change = (numbers: readonly number[]) => onChoose(numbers.length === all.length ? null : [...numbers].sort((a, b) => a - b));
  const numbers = all.map(({ number }) => number).filter(taken);
  const toggle = (number: number, on: boolean) => change(on ? [...numbers, number] : numbers.filter((other) => other !== number));
  return (
    <div className="partition-choice">
      <div className="disk-map" role="group" aria-label={label}>
        {segmentsOf(size, partitions).map(({ key, partition, share, used }) => {
          if (!partition) return <div key={key} className="map-free disk-free" style={{ flexGrow: Math.sqrt(share) * 100 }} aria-hidden="true" />;
          const on = taken(partition.number);
          return (
            <ToggleButton
              key={key}
              className={`map-partition role-${partition.role}`}
              style={{ flexGrow: Math.sqrt(share) * 100 }}
              isSelected={on}
              onChange={(selected) => toggle(partition.number, selected)}
              aria-label={t('wizard:partitions.spoken', { shown: [partition.number, fileSystemName(partition)].filter(Boolean).join(' '), what: partitionText(t, partition), size: formatBytes(i18n.language, partition.length) })}
            >
              {used !== null && <span className="disk-used" style={{ width: `${used * 100}%` }} aria-hidden="true" />}
              <span className="map-mark" aria-hidden="true">{on && <Icon name="check" size={16} />}</span>
              <span className="map-number">{partition.number}</span>{' '}
              <span className="map-name">{fileSystemName(partition)}</span>
            </ToggleButton>
          );
        })}
      </div>
      <div className="partition-tools">
        <Button onPress={() => onChoose(null)} isDisabled={chosen === null}>{t('wizard:partitions.all')}</Button>
        <Button onPress={() => onChoose([])} isDisabled={numbers.length === 0}>{t('wizard:partitions.none')}</Button>
      </div>
      <CheckboxGroup aria-label={t('wizard:partitions.list')} className="partition-list" value={numbers.map(String)} onChange={(values) => change(values.map(Number))}>
        {all.map((partition) => (
          <AriaCheckbox key={partition.number} value={String(partition.number)} className="check partition-line">
            <span className="check-box"><Icon name="check" size={20} /></span>
            <span className={`legend-mark role-${partition.role}`} aria-hidden="true" />
            <span className="partition-number">{partition.number}</span>
            <span className="partition-what">
              {partitionTitle(t, partition)}
              <span className="partition-purpose">{purposeText(t, partition, partitions)}</span>
              {!taken(partition.number) && <Without partition={partition} all={partitions} leftOut />}
            </span>
            <span className="partition-size">
              {partition.usedBytes !== null
                ? t('wizard:partitions.used-of', { used: formatBytes(i18n.language, partition.usedBytes), size: formatBytes(i18n.language, partition.length) })
                : formatBytes(i18n.language, partition.length)}
            </span>
          </AriaCheckbox>
        ))}
      </CheckboxGroup>
    </div>
  );
}
