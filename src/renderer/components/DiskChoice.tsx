import { useState, type ReactNode } from 'react';
import { CheckboxGroup, Checkbox, Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { Disk } from '../../contract/index.ts';
import { useJobs } from '../stores/jobs.ts';
import { settle, type Slot } from '../stores/slots.ts';
import { diskSpoken } from './disk-texts.ts';
import { DiskRow } from './DiskRow.tsx';
import { Icon } from './Icon.tsx';
import { identitiesOf } from './job/plan-texts.ts';
import { RemovePractice } from './RemovePractice.tsx';

interface ChoiceProps {
  readonly label: string;
  readonly disks: readonly Disk[];
  /** Why a disk cannot be chosen, or undefined when it can. */
  readonly problemOf?: (disk: Disk) => string | undefined;
  readonly verdict?: boolean;
}

interface SeveralProps extends ChoiceProps {
  readonly chosen: readonly string[];
  readonly onChoose: (disks: string[]) => void;
}

/** Disks as large rows with a box to tick: as many as one likes. */
export function SeveralDisks({ chosen, onChoose, ...choice }: SeveralProps) {
  return (
    <CheckboxGroup aria-label={choice.label} className="disk-list" value={[...chosen]} onChange={onChoose}>
      <Rows {...choice}>
        {(disk, spoken, problem, row) => (
          <Checkbox value={disk.id} className="disk-choice" isDisabled={problem !== undefined} aria-label={spoken}>
            <span className="check-box"><Icon name="check" size={20} /></span>
            {row}
          </Checkbox>
        )}
      </Rows>
    </CheckboxGroup>
  );
}

interface OneProps extends ChoiceProps {
  readonly chosen: string | null;
  readonly onChoose: (disk: string) => void;
}

/** Disks as large rows, one of them chosen. */
export function OneDisk({ chosen, onChoose, ...choice }: OneProps) {
  return (
    <RadioGroup aria-label={choice.label} className="disk-list" value={chosen} onChange={onChoose}>
      <Rows {...choice}>
        {(disk, spoken, problem, row) => (
          <Radio value={disk.id} className="disk-choice" isDisabled={problem !== undefined} aria-label={spoken}>
            <span className="check-box check-round"><Icon name="check" size={20} /></span>
            {row}
          </Radio>
        )}
      </Rows>
    </RadioGroup>
  );
}

/** A row for each disk, in a place that it keeps while the list is open. */
function Rows({ disks, problemOf = () => undefined, verdict = true, children }: ChoiceProps & {
  readonly children: (disk: Disk, spoken: string, problem: string | undefined, row: ReactNode) => ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const busy = useBusyDisks();
  return useSlots(disks).map(({ disk, gone }, place) => {
    // As high as it was: the rows below it stay where they are.
    if (gone) {
      return (
        <div key={place} className="disk-choice disk-gone">
          <span className="check-box" />
          <DiskRow disk={disk} problem={problemOf(disk)} verdict={verdict} />
          <strong className="disk-gone-mark" role="status"><Icon name="lock" size={20} />{t('wizard:disks.unplugged')}</strong>
        </div>
      );
    }
    const problem = busy.includes(disk.id) ? t('wizard:disks.busy') : problemOf(disk);
    return (
      <div key={place} className="disk-choice-line">
        {children(disk, [diskSpoken(t, i18n.language, disk), problem].filter(Boolean).join(', '), problem, <DiskRow disk={disk} problem={problem} verdict={verdict} />)}
        {disk.practice && <RemovePractice disk={disk} />}
      </div>
    );
  });
}

function useSlots(disks: readonly Disk[]): readonly Slot[] {
  const [slots, setSlots] = useState<readonly Slot[]>([]);
  const next = settle(slots, disks);
  if (next !== slots) setSlots(next);
  return next;
}

/** `Disk.id` of the disks that a job is reading or writing. */
function useBusyDisks(): readonly string[] {
  return useJobs(useShallow((state) => Object.values(state.jobs).filter(({ report }) => report === null).flatMap(({ plan }) => identitiesOf(plan).map(({ id }) => id))));
}
