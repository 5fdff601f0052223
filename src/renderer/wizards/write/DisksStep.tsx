import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { SeveralDisks } from '../../components/DiskChoice.tsx';
import { DisksFound, NoDisks } from '../../components/DisksFound.tsx';
import { HiddenDisks } from '../../components/HiddenDisks.tsx';
import { PracticePanel } from '../../components/PracticePanel.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { formatBytes, formatExactBytes } from '../../formatting/numbers.ts';
import { missingBytes } from '../../stores/disks.ts';
import { useWrite } from '../../stores/write.ts';
import { useChosenDisks } from './use-chosen-disks.ts';

/** Which disks? One or many; those that are not offered say why. */
export function DisksStep() {
  const { t, i18n } = useTranslation();
  const choose = useWrite((state) => state.choose);
  const size = useWrite((state) => state.image?.size ?? null);
  const chosen = useChosenDisks().map((disk) => disk.id);
  const problemOf = (disk: Disk) => {
    const missing = missingBytes(disk, size);
    return missing === 0
      ? undefined
      : t('wizard:disks.too-small', { size: formatBytes(i18n.language, missing), exact: formatExactBytes(i18n.language, missing) });
  };
  return (
    <>
      <StepHeading lead={t('wizard:disks.lead')}>{t('wizard:disks.title')}</StepHeading>
      <DisksFound>
        {(disks) => {
          const offered = disks.filter((disk) => disk.verdict.kind !== 'hidden');
          return (
            <>
              {offered.length === 0 ? <NoDisks /> : (
                <SeveralDisks label={t('wizard:disks.title')} disks={offered} chosen={chosen} onChoose={choose} problemOf={problemOf} />
              )}
              <HiddenDisks disks={disks.filter((disk) => disk.verdict.kind === 'hidden')} />
            </>
          );
        }}
      </DisksFound>
      <PracticePanel onCreated={(disk) => choose([...chosen, disk])} />
    </>
  );
}
