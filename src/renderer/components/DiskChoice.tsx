import { CheckboxGroup, Checkbox, Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Disk } from '../../contract/index.ts';
import { diskSpoken } from './disk-texts.ts';
import { DiskRow } from './DiskRow.tsx';
import { Icon } from './Icon.tsx';
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
export function SeveralDisks({ label, disks, chosen, onChoose, problemOf = () => undefined, verdict = true }: SeveralProps) {
  const { t, i18n } = useTranslation();
  return (
    <CheckboxGroup aria-label={label} className="disk-list" value={[...chosen]} onChange={onChoose}>
      {disks.map((disk) => {
        const problem = problemOf(disk);
        return (
          <div key={disk.id} className="disk-choice-line">
            <Checkbox
              value={disk.id}
              className="disk-choice"
              isDisabled={problem !== undefined}
              aria-label={[diskSpoken(t, i18n.language, disk), problem].filter(Boolean).join(', ')}
            >
              <span className="check-box"><Icon name="check" size={20} /></span>
              <DiskRow disk={disk} problem={problem} verdict={verdict} />
            </Checkbox>
            {disk.practice && <RemovePractice disk={disk} />}
          </div>
        );
      })}
    </CheckboxGroup>
  );
}

interface OneProps extends ChoiceProps {
  readonly chosen: string | null;
  readonly onChoose: (disk: string) => void;
}

/** Disks as large rows, one of them chosen. */
export function OneDisk({ label, disks, chosen, onChoose, problemOf = () => undefined, verdict = true }: OneProps) {
  const { t, i18n } = useTranslation();
  return (
    <RadioGroup aria-label={label} className="disk-list" value={chosen} onChange={onChoose}>
      {disks.map((disk) => {
        const problem = problemOf(disk);
        return (
          <div key={disk.id} className="disk-choice-line">
            <Radio
              value={disk.id}
              className="disk-choice"
              isDisabled={problem !== undefined}
              aria-label={[diskSpoken(t, i18n.language, disk), problem].filter(Boolean).join(', ')}
            >
              <span className="check-box check-round"><Icon name="check" size={20} /></span>
              <DiskRow disk={disk} problem={problem} verdict={verdict} />
            </Radio>
            {disk.practice && <RemovePractice disk={disk} />}
          </div>
        );
      })}
    </RadioGroup>
  );
}
