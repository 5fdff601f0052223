import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
import { formatBytes, formatExactBytes } from '../../formatting/numbers.ts';
import { missingBytes, useChosenDisks } from '../../stores/disks.ts';
import { useWrite } from '../../stores/write.ts';

/** Which disks? One or many; those that are not offered say why. */
export function DisksStep() {
  const { t, i18n } = useTranslation();
  const { choose, disks, image } = useWrite();
  const size = image?.size ?? null;
  const chosen = useChosenDisks(disks, (disk) => missingBytes(disk, size) === 0).map((disk) => disk.id);
  const problemOf = (disk: Disk) => {
    const missing = missingBytes(disk, size);
    return missing === 0
      ? undefined
      : t('wizard:disks.too-small', { size: formatBytes(i18n.language, missing), exact: formatExactBytes(i18n.language, missing) });
  };
  return <TargetDisksStep chosen={chosen} onChoose={choose} problemOf={problemOf} />;
}
