import { useTranslation } from 'react-i18next';
import { fatVolumes, type Disk } from '../../../contract/index.ts';
import { OneDisk } from '../../components/DiskChoice.tsx';
import { DisksFound, NoDisks } from '../../components/DisksFound.tsx';
import { HiddenDisks } from '../../components/HiddenDisks.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useDrivers } from '../../stores/drivers.ts';

/** A stick for Windows or WinPE has one FAT32 volume. What is on it is seen when the plan is made. */
export const mediumProblem = ({ partitions }: Disk): boolean => fatVolumes(partitions).length !== 1;

/** Which stick. */
export function DriversDiskStep() {
  const { t } = useTranslation();
  const { disk, choose } = useDrivers();
  return (
    <>
      <StepHeading lead={t('drivers:disk.lead')}>{t('drivers:disk.title')}</StepHeading>
      <DisksFound>
        {(disks) => {
          const offered = disks.filter((found) => found.verdict.kind !== 'hidden');
          return (
            <>
              {offered.length === 0 ? <NoDisks /> : (
                <OneDisk label={t('drivers:disk.title')} disks={offered} chosen={disk} onChoose={choose} problemOf={(found) => (mediumProblem(found) ? t('drivers:disk.no-medium') : undefined)} />
              )}
              <HiddenDisks disks={disks.filter((found) => found.verdict.kind === 'hidden')} />
            </>
          );
        }}
      </DisksFound>
    </>
  );
}
