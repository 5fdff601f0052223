import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
import { formatBytes, formatExactBytes } from '../../formatting/numbers.ts';
import { missingBytes } from '../../stores/disks.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';

/** Which sticks? The plan says to the byte whether all fits; here those that certainly do not are told. */
export function StickDisksStep() {
  const { t, i18n } = useTranslation();
  const { disks, choose, media } = useWindowsStick();
  const problemOf = (disk: Disk) => {
    const missing = missingBytes(disk, media?.bytes ?? null);
    return missing === 0 ? undefined : t('wizard:disks.too-small', { size: formatBytes(i18n.language, missing), exact: formatExactBytes(i18n.language, missing) });
  };
  return <TargetDisksStep chosen={disks} onChoose={choose} problemOf={problemOf} />;
}
