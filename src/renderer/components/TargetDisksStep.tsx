import { useTranslation } from 'react-i18next';
import type { Disk } from '../../contract/index.ts';
import { SeveralDisks } from './DiskChoice.tsx';
import { DisksFound, NoDisks } from './DisksFound.tsx';
import { HiddenDisks } from './HiddenDisks.tsx';
import { PracticePanel } from './PracticePanel.tsx';
import { StepHeading } from './StepHeading.tsx';

interface TargetDisksStepProps {
  readonly chosen: readonly string[];
  readonly onChoose: (disks: string[]) => void;
  /** Why a disk cannot take it, or undefined when it can. */
  readonly problemOf: (disk: Disk) => string | undefined;
  /** In a step that has a heading of its own. */
  readonly within?: boolean;
}

/** Disks to write to: those that may be, with a reason each for those that may not. */
export function TargetDisksStep({ chosen, onChoose, problemOf, within = false }: TargetDisksStepProps) {
  const { t } = useTranslation();
  return (
    <>
      {!within && <StepHeading lead={t('wizard:disks.lead')}>{t('wizard:disks.title')}</StepHeading>}
      <DisksFound>
        {(disks) => {
          const offered = disks.filter((disk) => disk.verdict.kind !== 'hidden');
          return (
            <>
              {offered.length === 0 ? <NoDisks /> : (
                <SeveralDisks label={t('wizard:disks.title')} disks={offered} chosen={chosen} onChoose={onChoose} problemOf={problemOf} />
              )}
              <HiddenDisks disks={disks.filter((disk) => disk.verdict.kind === 'hidden')} />
            </>
          );
        }}
      </DisksFound>
      <PracticePanel onCreated={(disk) => onChoose([...chosen, disk])} />
    </>
  );
}
