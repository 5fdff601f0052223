import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Consequence } from '../../components/Consequence.tsx';
import { Icon } from '../../components/Icon.tsx';
import { focusNextDecision, useMayStart } from '../../components/PlanStepLayout.tsx';
import { useWizardSteps } from '../../components/wizard-steps.ts';
import { WizardFrame } from '../../components/WizardFrame.tsx';
import { goHome } from '../../stores/navigation.ts';
import { imageIsReady, useWrite } from '../../stores/write.ts';
import { DisksStep } from './DisksStep.tsx';
import { ImageStep } from './ImageStep.tsx';
import { PlanStep, WriteConsequence } from './PlanStep.tsx';
import { useChosenDisks } from './use-chosen-disks.ts';

/** Image, disks, plan: the questions before an image is written. */
export function WriteWizard() {
  const { t } = useTranslation();
  const state = useWrite();
  const chosen = useChosenDisks();
  const mayStart = useMayStart(state);
  const { title, steps } = useWizardSteps('write');

  const ready = state.step === 'image' ? imageIsReady(state) : state.step === 'disks' ? chosen.length > 0 : mayStart;
  const back = () => {
    if (state.starting) return;
    if (state.step === 'image') goHome();
    else state.goTo(state.step === 'plan' ? 'disks' : 'image');
  };
  const next = () => {
    if (state.step === 'plan') return focusNextDecision();
    if (state.step === 'image' && !state.image) return void state.inspect(state.location);
    if (!ready) return;
    if (state.step === 'image') return state.goTo('disks');
    state.choose(chosen.map((disk) => disk.id));
    state.goTo('plan');
    void state.makePlan();
  };

  return (
    <WizardFrame
      title={title}
      steps={steps}
      current={state.step}
      onEnter={next}
      onEscape={back}
      footer={
        <>
          <Button onPress={back} isDisabled={state.starting}><Icon name="back" size={20} />{t(state.step === 'image' ? 'wizard:home' : 'wizard:back')}</Button>
          {state.step === 'plan' && state.plan
            ? <Consequence erases><WriteConsequence plan={state.plan} /></Consequence>
            : <div className="wizard-footer-text" role="status">{state.step === 'disks' && t('wizard:disks.chosen', { count: chosen.length })}</div>}
          {state.step === 'plan' ? (
            <Button kind="danger" data-act isDisabled={!ready} onPress={() => void state.start()}>
              <Icon name="danger" size={22} />{t('wizard:plan.act-write', { count: state.plan?.disks.length ?? chosen.length })}
            </Button>
          ) : (
            <Button kind="primary" isDisabled={!ready} onPress={next}>{t('wizard:next')}<Icon name="forward" size={20} /></Button>
          )}
        </>
      }
    >
      {state.step === 'image' && <ImageStep />}
      {state.step === 'disks' && <DisksStep />}
      {state.step === 'plan' && <PlanStep />}
    </WizardFrame>
  );
}
