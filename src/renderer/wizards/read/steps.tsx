import { useState } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Disk, PlainError } from '../../../contract/index.ts';
import { call, toPlainError } from '../../bridge.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Button } from '../../components/Button.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { diskName } from '../../components/disk-texts.ts';
import { OneDisk } from '../../components/DiskChoice.tsx';
import { DisksFound, NoDisks } from '../../components/DisksFound.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice, Notice } from '../../components/Notice.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useDisks } from '../../stores/disks.ts';
import { suggestedName, useRead } from '../../stores/read.ts';

/** Reading harms nothing, so every disk with something on it is offered. */
export function ReadDiskStep() {
  const { t } = useTranslation();
  const { disk, choose } = useRead();
  const inUse = useDisks((state) => state.disks?.find(({ id }) => id === disk)?.verdict.kind === 'hidden');
  const readable = (found: Disk) => found.size > 0 && !found.verdict.reasons.some(({ code }) => code === 'no-medium');
  return (
    <>
      <StepHeading lead={t('wizard:read.disk-lead')}>{t('wizard:read.disk-title')}</StepHeading>
      {inUse && <Notice kind="warning" announced title={t('wizard:read.in-use')}><p>{t('wizard:read.in-use-text')}</p></Notice>}
      <DisksFound>
        {(disks) => {
          const offered = disks.filter(readable).sort((a, b) => Number(a.verdict.kind === 'hidden') - Number(b.verdict.kind === 'hidden'));
          return offered.length === 0
            ? <NoDisks />
            : <OneDisk label={t('wizard:read.disk-title')} disks={offered} chosen={disk} onChoose={choose} verdict={false} />;
        }}
      </DisksFound>
    </>
  );
}

const FORMATS = ['zstd', 'raw'] as const;

export function ReadDestinationStep() {
  const { t } = useTranslation();
  const { destination, format, setOptions } = useRead();
  const disk = useDisks((state) => state.disks?.find(({ id }) => id === useRead.getState().disk));
  const [error, setError] = useState<PlainError | null>(null);

  const chooseFile = async () => {
    try {
      setError(null);
      const chosen = await call('dialog.destination', { suggested: suggestedName(disk, format) });
      if (chosen !== null) setOptions({ destination: chosen, overwrite: false });
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };

  return (
    <>
      <StepHeading lead={t('wizard:read.lead')}>{t('wizard:read.title')}</StepHeading>
      <RadioGroup
        className="choices"
        aria-label={t('wizard:read.format')}
        value={format}
        onChange={(value) => setOptions({ format: value as (typeof FORMATS)[number] })}
      >
        {FORMATS.map((name) => (
          <Radio key={name} value={name} className="choice">
            <span className="check-box check-round"><Icon name="check" size={20} /></span>
            <span className="choice-text"><strong>{t(`wizard:read.${name}`)}</strong><span>{t(`wizard:read.${name}-text`)}</span></span>
          </Radio>
        ))}
      </RadioGroup>
      <div className="image-source">
        <Button kind={destination ? 'plain' : 'primary'} className="image-choose" onPress={() => void chooseFile()}><Icon name="folder" />{t('wizard:read.choose')}</Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput
            label={t('wizard:read.destination')}
            description={disk && <>{t('wizard:read.room')} <Bytes value={disk.size} /></>}
            value={destination}
            onChange={(value) => setOptions({ destination: value, overwrite: false })}
          />
        </div>
      </div>
      {error && <ErrorNotice error={error} />}
    </>
  );
}

export function ReadPlanStep() {
  const { t, i18n } = useTranslation();
  const state = useRead();
  const replace = (overwrite: boolean) => {
    state.setOptions({ overwrite });
    void state.makePlan();
  };
  const exists = state.overwrite || state.planError?.code === 'destination-exists';
  const overwriteBox = exists && (
    <div className="panel panel-ask">
      <Checkbox className="confirmation" isSelected={state.overwrite} onChange={replace}>{t('wizard:read.overwrite', { path: state.destination })}</Checkbox>
    </div>
  );
  return (
    <>
      <StepHeading lead={t('wizard:read.plan-lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state} extra={overwriteBox}>
        {(plan) => (
          <>
            {overwriteBox}
            <section className="panel" aria-labelledby="read-plan">
              <h2 id="read-plan">{t('wizard:read.summary')}</h2>
              <dl className="facts">
                <div><dt>{t('wizard:read.from')}</dt><dd>{diskName(t, i18n.language, plan.disk)}</dd></div>
                <div><dt>{t('wizard:read.format')}</dt><dd>{t(`wizard:read.${plan.format}`)}</dd></div>
                <div className="fact-wide"><dt>{t('wizard:read.to')}</dt><dd className="mono">{plan.destination}</dd></div>
              </dl>
            </section>
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
    </>
  );
}
