import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
import { formatBytes, formatExactBytes } from '../../formatting/numbers.ts';
import { missingBytes, useChosenDisks } from '../../stores/disks.ts';
import { leastBytes, useWindowsStick } from '../../stores/windows-stick.ts';

/** Which sticks? The plan says to the byte whether all fits; here those that certainly do not are told. */
export function StickDisksStep() {
  const { t, i18n } = useTranslation();
  const state = useWindowsStick();
  const least = leastBytes(state);
  const chosen = useChosenDisks(state.disks, (disk) => missingBytes(disk, least) === 0).map(({ id }) => id);
  const problemOf = (disk: Disk) => {
    const missing = missingBytes(disk, least);
    return missing === 0 ? undefined : t('wizard:disks.too-small', { size: formatBytes(i18n.language, missing), exact: formatExactBytes(i18n.language, missing) });
  };
  return <TargetDisksStep chosen={chosen} onChoose={state.choose} problemOf={problemOf} />;
}
