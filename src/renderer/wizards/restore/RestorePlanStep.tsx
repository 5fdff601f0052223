import { useTranslation } from 'react-i18next';
import type { Rest, RestorePlan, RestoreTarget } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { partitionText, partitionTitle, purposeText } from '../../components/disk-texts.ts';
import { DiskBar } from '../../components/DiskBar.tsx';
import { Fold } from '../../components/Fold.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notes } from '../../components/ImagingParts.tsx';
import { LeftOut } from '../../components/LeftOut.tsx';
import { LimitInput, MemoryChoice } from '../../components/ImagingOptions.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Confirmations, LossHead, Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { formatBytes } from '../../formatting/numbers.ts';
import { layoutPartitions } from '../../formatting/segments.ts';
import { choosable } from '../../stores/choosable.ts';
import { useDisks } from '../../stores/disks.ts';
import { useRestore } from '../../stores/restore.ts';

/** What each disk loses and what it becomes, one drawn above the other, before anything is written. */
export function RestorePlanStep() {
  const { t } = useTranslation();
  const state = useRestore();
  return (
    <>
      <StepHeading lead={t('wizard:plan.lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state}>
        {(plan) => (
          <>
            <HalfRestored plan={plan} />
            <section className="panel" aria-labelledby="plan-losses">
              <h2 id="plan-losses">{t('wizard:restore.changes')}</h2>
              {plan.disks.map((disk) => <NowAndAfter key={disk.identity.id} target={disk} />)}
              <Notes notes={plan.notes.filter(({ code }) => code !== 'not-restored')} />
            </section>
            <Confirmations disks={plan.disks} confirmed={state.confirmed} onConfirm={state.confirm} />
            <section className="panel" aria-labelledby="plan-image">
              <h2 id="plan-image">{t('wizard:restore.written')}</h2>
              <p className="plan-image"><Icon name="image" /> <strong>{plan.image.name}</strong> <Bytes value={plan.usedBytes} exact /></p>
              <Restored plan={plan} />
            </section>
          </>
        )}
      </PlanOrProblem>
      <RestoreOptions />
      {state.plan && <Steps plan={state.plan} />}
    </>
  );
}

/** What comes back and what each is for; and what does not. */
function Restored({ plan }: { plan: RestorePlan }) {
  const { t } = useTranslation();
  const { partitions } = plan.image;
  const taken = ({ number }: { readonly number: number }) => plan.chosen === null || plan.chosen.includes(number);
  const listed = choosable(partitions);
  return (
    <>
      {listed.length > 0 && (
        <ul className="taken-list">
          {listed.filter(taken).map((partition) => (
            <li key={partition.number}>
              <span className={`legend-mark role-${partition.role}`} aria-hidden="true" />
              <span className="partition-number">{partition.number}</span>
              <span className="partition-what">{partitionTitle(t, partition)}<span className="partition-purpose">{purposeText(t, partition, partitions)}</span></span>
              <span className="partition-size"><Bytes value={partition.usedBytes ?? partition.length} /></span>
            </li>
          ))}
        </ul>
      )}
      <LeftOut all={partitions} left={listed.filter((partition) => !taken(partition))} />
    </>
  );
}

/** An interrupted restore of the same image on every chosen disk can be gone on with. */
function HalfRestored({ plan }: { plan: RestorePlan }) {
  const { t, i18n } = useTranslation();
  const { setOptions, makePlan } = useRestore();
  const halves = plan.disks.map(({ unfinished }) => unfinished);
  const first = halves[0];
  if (!first || !halves.every((half) => half?.sameImage)) return null;
  return (
    <Notice kind="warning" title={t('wizard:half.title')}>
      <p>{t('wizard:half.text', { done: formatBytes(i18n.language, first.bytesDone), total: formatBytes(i18n.language, first.bytesTotal) })}</p>
      <RadioCards
        label={t('wizard:half.title')}
        value={plan.resume ? 'resume' : 'again'}
        onChange={(value) => {
          setOptions({ resume: value === 'resume' });
          void makePlan();
        }}
        options={[
          { value: 'resume', name: t('wizard:half.resume'), text: t('wizard:half.resume-text') },
          { value: 'again', name: t('wizard:half.again'), text: t('wizard:half.again-text') },
        ]}
      />
    </Notice>
  );
}

function NowAndAfter({ target }: { target: RestoreTarget }) {
  const { t } = useTranslation();
  const table = useDisks((state) => state.disks?.find(({ id }) => id === target.identity.id)?.table ?? 'none');
  const { identity, number, practice, loses, layout, notes } = target;
  const marked = layout.filter((partition) => partition.to !== null && (partition.grown || partition.moved));
  return (
    <div className="loss">
      <LossHead identity={identity} number={number} practice={practice} />
      <div className="now-after">
        <p className="now-label">{t('wizard:restore.now')}</p>
        <DiskBar size={identity.size} partitions={loses} table={table} />
        <p className="now-label after-label">{t('wizard:restore.after')}</p>
        <DiskBar size={identity.size} partitions={layoutPartitions(layout)} table="gpt" />
      </div>
      {marked.length > 0 && (
        <ul className="layout-marks">
          {marked.map((partition) => (
            <li key={partition.number}>
              <span className="legend-number">{partition.number}</span> {partitionText(t, partition)}
              {partition.grown && <span className="badge"><Icon name="grow" size={16} />{t('wizard:restore.grown')}</span>}
              {partition.moved && <span className="badge"><Icon name="forward" size={16} />{t('wizard:restore.moved')}</span>}
            </li>
          ))}
        </ul>
      )}
      <Notes notes={notes} />
    </div>
  );
}

const RESTS = ['keep', 'zero', 'trim'] as const satisfies readonly Rest[];

function RestoreOptions() {
  const { t } = useTranslation();
  const state = useRestore();
  const set = (options: Parameters<typeof state.setOptions>[0]) => {
    state.setOptions(options);
    void state.makePlan();
  };
  return (
    <section className="panel options" aria-labelledby="plan-options">
      <h2 id="plan-options">{t('wizard:plan.options')}</h2>
      <Checkbox isSelected={state.grow} isDisabled={state.starting || state.resume} onChange={(grow) => set({ grow })}>
        {t('wizard:restore.grow')}<span className="confirmation-why">{t('wizard:restore.grow-text')}</span>
      </Checkbox>
      <Checkbox isSelected={state.newIdentifiers} isDisabled={state.starting || state.resume} onChange={(newIdentifiers) => set({ newIdentifiers })}>
        {t('wizard:restore.new-identifiers')}<span className="confirmation-why">{t('wizard:restore.new-identifiers-text')}</span>
      </Checkbox>
      <Checkbox isSelected={state.verify} isDisabled={state.starting} onChange={(verify) => set({ verify })}>{t('wizard:restore.verify')}</Checkbox>
      <Fold title={t('wizard:options.more')} hint={`${t('wizard:restore.rest')}: ${t(`wizard:restore.rest-${state.rest}`)}`}>
        <div className="fold-stack">
          <RadioCards
            small
            labelled
            label={t('wizard:restore.rest')}
            value={state.rest}
            onChange={(rest) => set({ rest })}
            options={RESTS.map((rest) => ({ value: rest, name: t(`wizard:restore.rest-${rest}`), text: t(`wizard:restore.rest-${rest}-text`) }))}
          />
          <MemoryChoice value={state.memory} onChange={(memory) => set({ memory })} />
          <LimitInput value={state.bytesPerSecond} onChange={(bytesPerSecond) => set({ bytesPerSecond })} />
        </div>
      </Fold>
    </section>
  );
}
