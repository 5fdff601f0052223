import { useTranslation } from 'react-i18next';
import { AtStake } from '../../components/AtStake.tsx';
import { Bytes } from '../../components/Bytes.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useWrite } from '../../stores/write.ts';

/** What will be lost and written, before anything is. */
export function PlanStep() {
  const { t } = useTranslation();
  const state = useWrite();
  const setOption = (options: Parameters<typeof state.setOptions>[0]) => {
    state.setOptions(options);
    void state.makePlan();
  };
  return (
    <>
      <StepHeading lead={t('wizard:plan.lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state}>
        {(plan) => (
          <>
            <AtStake plan={plan} state={state} />
            <section className="panel" aria-labelledby="plan-image">
              <h2 id="plan-image">{t('wizard:plan.image')}</h2>
              <p className="plan-image">
                <Icon name="image" /> <strong>{plan.image.name}</strong>
                {plan.image.size !== null && <Bytes value={plan.image.size} exact />}
                {plan.expected && <span className="badge"><Icon name="shield" size={16} />{t('wizard:plan.checked')}</span>}
              </p>
            </section>
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
      <section className="panel options" aria-labelledby="plan-options">
        <h2 id="plan-options">{t('wizard:plan.options')}</h2>
        <Checkbox isSelected={state.verify} isDisabled={state.starting} onChange={(verify) => setOption({ verify })}>{t('wizard:plan.verify')}</Checkbox>
        <Checkbox isSelected={state.eject} isDisabled={state.starting} onChange={(eject) => setOption({ eject })}>{t('wizard:plan.eject')}</Checkbox>
      </section>
    </>
  );
}
