import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { diskName } from '../../components/disk-texts.ts';
import { OneDisk } from '../../components/DiskChoice.tsx';
import { DisksFound, NoDisks } from '../../components/DisksFound.tsx';
import { Notice } from '../../components/Notice.tsx';
import { PartitionChoice } from '../../components/PartitionChoice.tsx';
import { PracticePanel } from '../../components/PracticePanel.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { leftOutRisks, useCapture } from '../../stores/capture.ts';
import { choosable } from '../../stores/choosable.ts';

const readable = (disk: Disk) => disk.size > 0 && !disk.verdict.reasons.some(({ code }) => code === 'no-medium');

/** An image only reads, so every disk with something on it is offered. */
export function CaptureDiskStep() {
  const { t } = useTranslation();
  const { disk, choose } = useCapture();
  return (
    <>
      <StepHeading lead={t('wizard:capture.disk-lead')}>{t('wizard:read.disk-title')}</StepHeading>
      <DisksFound>
        {(disks) => {
          const offered = disks.filter(readable);
          return offered.length === 0
            ? <NoDisks />
            : <OneDisk label={t('wizard:read.disk-title')} disks={offered} chosen={disk} onChoose={choose} verdict={false} />;
        }}
      </DisksFound>
      <PracticePanel onCreated={choose} />
    </>
  );
}

export function CapturePartitionsStep({ disk }: { disk: Disk }) {
  const { t, i18n } = useTranslation();
  const { partitions, choosePartitions } = useCapture();
  const risks = leftOutRisks(disk.partitions, partitions);
  return (
    <>
      <StepHeading lead={t('wizard:capture.partitions-lead', { disk: diskName(t, i18n.language, disk) })}>{t('wizard:partitions.title')}</StepHeading>
      {choosable(disk.partitions).length === 0 ? (
        <Notice kind="info" title={t('wizard:capture.no-partitions')}><p>{t('wizard:capture.no-partitions-text')}</p></Notice>
      ) : (
        <section className="panel">
          <PartitionChoice label={t('wizard:partitions.title')} size={disk.size} partitions={disk.partitions} chosen={partitions} onChoose={choosePartitions} />
        </section>
      )}
      {risks.map((risk) => (
        <Notice key={risk} kind="warning" announced title={t(`wizard:partitions.${risk}-left`)}><p>{t(`wizard:partitions.${risk}-left-text`)}</p></Notice>
      ))}
    </>
  );
}
