import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CapturedPartition, CapturePlan } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { diskName, partitionTitle, purposeText } from '../../components/disk-texts.ts';
import { DiskBar } from '../../components/DiskBar.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notes, Stops } from '../../components/ImagingParts.tsx';
import { LeftOut } from '../../components/LeftOut.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { formatBytes } from '../../formatting/numbers.ts';
import { destinationOf, useCapture } from '../../stores/capture.ts';
import { choosable } from '../../stores/choosable.ts';
import { UnfinishedChoice } from './UnfinishedChoice.tsx';

/** What is taken and how, what has to be agreed to, and whether it fits. */
export function CapturePlanStep() {
  const { t } = useTranslation();
  const state = useCapture();
  return (
    <>
      <StepHeading lead={t('wizard:capture.plan-lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state} extra={<WayOut />}>
        {(plan) => (
          <>
            <Stops plan={plan} confirmed={state.confirmed} onConfirm={state.confirm} />
            <Taken plan={plan} />
            <Place plan={plan} />
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
    </>
  );
}

/** The choice that a refused plan asks for, where there is one. */
function WayOut(): ReactNode {
  const { t } = useTranslation();
  const state = useCapture();
  const again = () => void state.makePlan();
  const code: string = state.planError?.code ?? '';
  switch (code) {
    case 'gpt-copies-disagree':
      return (
        <RadioCards
          labelled
          label={t('wizard:capture.gpt-copy')}
          value={state.gptCopy}
          onChange={(gptCopy) => {
            state.setOptions({ gptCopy });
            again();
          }}
          options={(['primary', 'backup'] as const).map((copy) => ({ value: copy, name: t(`wizard:capture.gpt-${copy}`), text: t(`wizard:capture.gpt-${copy}-text`) }))}
        />
      );
    case 'image-unfinished': return <UnfinishedChoice onChange={again} />;
    case 'destination-exists':
      return (
        <div className="panel panel-ask">
          <Checkbox className="confirmation" isSelected={state.overwrite} onChange={(overwrite) => { state.setOptions({ overwrite }); again(); }}>
            {t('wizard:read.overwrite', { path: destinationOf(state) })}
          </Checkbox>
        </div>
      );
    default: return null;
  }
}

function Taken({ plan }: { plan: CapturePlan }) {
  const { t, i18n } = useTranslation();
  const taken = plan.partitions.filter(({ method, role }) => method !== 'none' && role !== 'extended');
  return (
    <section className="panel" aria-labelledby="plan-taken">
      <h2 id="plan-taken">{t('wizard:capture.taken', { disk: diskName(t, i18n.language, plan.disk) })}</h2>
      <DiskBar size={plan.disk.size} partitions={plan.partitions} table={plan.table} legend={false} />
      {taken.length > 0 && <ul className="taken-list">{taken.map((partition) => <TakenLine key={partition.number} partition={partition} all={plan.partitions} />)}</ul>}
      <LeftOut all={plan.partitions} left={plan.chosen === null ? [] : choosable(plan.partitions).filter(({ number }) => !plan.chosen?.includes(number))} />
      <Notes notes={plan.notes.filter(({ code }) => code !== 'not-chosen')} />
    </section>
  );
}

function TakenLine({ partition, all }: { partition: CapturedPartition; all: readonly CapturedPartition[] }) {
  const { t } = useTranslation();
  return (
    <li>
      <span className={`legend-mark role-${partition.role}`} aria-hidden="true" />
      <span className="partition-number">{partition.number}</span>
      <span className="partition-what">
        {partitionTitle(t, partition)}
        {partition.hold && <span className="taken-hold"> · {t(`jobs:hold.${partition.hold}`)}</span>}
        <span className="partition-purpose">{purposeText(t, partition, all)}</span>
      </span>
      <span className={`badge ${partition.method === 'whole' ? 'badge-whole' : ''}`}>{t(`jobs:method.${partition.method}`)}</span>
      <span className="partition-size"><Bytes value={partition.usedBytes ?? partition.length} /></span>
    </li>
  );
}

function Place({ plan }: { plan: CapturePlan }) {
  const { t, i18n } = useTranslation();
  const short = plan.freeBytes !== null && plan.estimatedBytes > plan.freeBytes;
  return (
    <section className="panel" aria-labelledby="plan-place">
      <h2 id="plan-place">{t('wizard:capture.place')}</h2>
      <dl className="facts">
        <div><dt>{t('wizard:capture.in-use')}</dt><dd><Bytes value={plan.usedBytes} /></dd></div>
        <div><dt>{t('wizard:capture.estimate')}</dt><dd>{t('wizard:capture.about', { size: formatBytes(i18n.language, plan.estimatedBytes) })}</dd></div>
        <div><dt>{t('wizard:capture.room')}</dt><dd>{plan.freeBytes === null ? t('wizard:capture.free-unknown') : <Bytes value={plan.freeBytes} />}</dd></div>
        <div><dt>{t('wizard:options.compression')}</dt><dd>{t(`wizard:options.compression-${plan.compression}`)}</dd></div>
        <div className="fact-wide"><dt>{t('wizard:read.to')}</dt><dd className="mono">{plan.destination}</dd></div>
        {plan.parent && <div className="fact-wide"><dt>{t('wizard:library.builds-on')}</dt><dd><Icon name="link" size={16} /> {plan.parent.name}</dd></div>}
      </dl>
      {short && <Notice kind="warning" title={t('wizard:capture.short')}><p>{t('wizard:capture.short-text')}</p></Notice>}
    </section>
  );
}
