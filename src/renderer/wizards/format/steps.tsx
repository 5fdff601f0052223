import { Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { AtStake } from '../../components/AtStake.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { OneDisk } from '../../components/DiskChoice.tsx';
import { DisksFound, NoDisks } from '../../components/DisksFound.tsx';
import { HiddenDisks } from '../../components/HiddenDisks.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { PracticePanel } from '../../components/PracticePanel.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { LONGEST_LABEL, useFormat } from '../../stores/format.ts';

export function FormatDiskStep() {
  const { t } = useTranslation();
  const { disk, choose } = useFormat();
  return (
    <>
      <StepHeading lead={t('wizard:format.disk-lead')}>{t('wizard:format.disk-title')}</StepHeading>
      <DisksFound>
        {(disks) => {
          const offered = disks.filter((found) => found.verdict.kind !== 'hidden');
          return (
            <>
              {offered.length === 0 ? <NoDisks /> : <OneDisk label={t('wizard:format.disk-title')} disks={offered} chosen={disk} onChoose={choose} />}
              <HiddenDisks disks={disks.filter((found) => found.verdict.kind === 'hidden')} />
            </>
          );
        }}
      </DisksFound>
      <PracticePanel onCreated={choose} />
    </>
  );
}

const FILE_SYSTEMS = ['auto', 'fat32', 'exfat'] as const;

export function FormatSettingsStep() {
  const { t } = useTranslation();
  const { fileSystem, label, eject, setOptions } = useFormat();
  const longest = LONGEST_LABEL[fileSystem];
  return (
    <>
      <StepHeading lead={t('wizard:format.lead')}>{t('wizard:format.title')}</StepHeading>
      <RadioGroup
        className="choices"
        aria-label={t('wizard:format.file-system')}
        value={fileSystem}
        onChange={(value) => setOptions({ fileSystem: value as (typeof FILE_SYSTEMS)[number] })}
      >
        {FILE_SYSTEMS.map((name) => (
          <Radio key={name} value={name} className="choice">
            <span className="check-box check-round"><Icon name="check" size={20} /></span>
            <span className="choice-text"><strong>{t(`wizard:format.${name}`)}</strong><span>{t(`wizard:format.${name}-text`)}</span></span>
          </Radio>
        ))}
      </RadioGroup>
      <div className="panel">
        <TextInput
          label={t('wizard:format.label')}
          description={t('wizard:format.label-text', { count: longest })}
          error={label.trim().length > longest ? t('wizard:format.label-long', { count: longest }) : undefined}
          value={label}
          onChange={(value) => setOptions({ label: value })}
        />
        <Checkbox isSelected={eject} onChange={(value) => setOptions({ eject: value })}>{t('wizard:plan.eject')}</Checkbox>
      </div>
    </>
  );
}

export function FormatPlanStep() {
  const { t } = useTranslation();
  const state = useFormat();
  return (
    <>
      <StepHeading lead={t('wizard:plan.lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state}>
        {(plan) => (
          <>
            <AtStake plan={plan} state={state} />
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
    </>
  );
}
