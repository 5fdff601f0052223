import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
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
  return <TargetDisksStep chosen={chosen} onChoose={choose} problemOf={problemOf} />;
}
