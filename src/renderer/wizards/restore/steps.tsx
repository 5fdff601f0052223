import { useTranslation } from 'react-i18next';
import type { Disk, DiskImageInfo } from '../../../contract/index.ts';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
import { Notice } from '../../components/Notice.tsx';
import { PartitionChoice } from '../../components/PartitionChoice.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { formatBytes, formatExactBytes } from '../../formatting/numbers.ts';
import { leftOutRisks } from '../../stores/capture.ts';
import { choosable } from '../../stores/choosable.ts';
import { useChosenDisks } from '../../stores/disks.ts';
import { misfit, useRestore } from '../../stores/restore.ts';

/** The chosen disks that are still plugged in, may be written, and hold what was chosen. */
export function useRestoreDisks(): readonly Disk[] {
  const { disks, image, partitions } = useRestore();
  return useChosenDisks(disks, (disk) => misfit(disk, image, partitions) === null);
}

export function RestorePartitionsStep({ image }: { image: DiskImageInfo }) {
  const { t } = useTranslation();
  const { partitions, choosePartitions } = useRestore();
  const risks = leftOutRisks(image.partitions, partitions);
  return (
    <>
      <StepHeading lead={t('wizard:restore.partitions-lead')}>{t('wizard:partitions.title')}</StepHeading>
      {choosable(image.partitions).length === 0 ? (
        <Notice kind="info" title={t('wizard:restore.no-partitions')}><p>{t('wizard:restore.no-partitions-text')}</p></Notice>
      ) : (
        <section className="panel">
          <PartitionChoice label={t('wizard:partitions.title')} size={image.size} partitions={image.partitions} chosen={partitions} onChoose={choosePartitions} />
        </section>
      )}
      {risks.map((risk) => (
        <Notice key={risk} kind="warning" announced title={t(`wizard:partitions.${risk}-left`)}><p>{t(`wizard:partitions.${risk}-left-text`)}</p></Notice>
      ))}
    </>
  );
}

export function RestoreDisksStep() {
  const { t, i18n } = useTranslation();
  const { choose, image, partitions } = useRestore();
  const chosen = useRestoreDisks().map((disk) => disk.id);
  const problemOf = (disk: Disk) => {
    const problem = misfit(disk, image, partitions);
    if (problem === null) return undefined;
    if (problem.kind === 'sectors') return t('wizard:restore.sectors', { image: image?.sectorSize, disk: disk.logicalSectorSize });
    return t('wizard:disks.too-small', { size: formatBytes(i18n.language, problem.missing), exact: formatExactBytes(i18n.language, problem.missing) });
  };
  return <TargetDisksStep chosen={chosen} onChoose={choose} problemOf={problemOf} />;
}
