import { Trans, useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Consequence } from '../../components/Consequence.tsx';
import { diskName } from '../../components/disk-texts.ts';
import { Icon } from '../../components/Icon.tsx';
import { focusNextDecision, useMayStart } from '../../components/PlanStepLayout.tsx';
import { useWizardSteps } from '../../components/wizard-steps.ts';
import { WizardFrame } from '../../components/WizardFrame.tsx';
import { useDisks } from '../../stores/disks.ts';
import { goHome } from '../../stores/navigation.ts';
import { useRead } from '../../stores/read.ts';
import { ReadDestinationStep, ReadDiskStep, ReadPlanStep } from './steps.tsx';

/** Disk, destination, plan: the questions before a stick is read into an image. */
export function ReadWizard() {
  const { t, i18n } = useTranslation();
  const state = useRead();
  const disk = useDisks((found) => found.disks?.find(({ id, size }) => id === state.disk && size > 0));
  const mayStart = useMayStart(state);
  const { title, steps } = useWizardSteps('read');

  const ready = state.step === 'disk' ? disk !== undefined : state.step === 'destination' ? state.destination.trim() !== '' : mayStart;
  const back = () => {
    if (state.starting) return;
    if (state.step === 'disk') goHome();
    else state.goTo(state.step === 'plan' ? 'destination' : 'disk');
  };
  const next = () => {
    if (state.step === 'plan') return focusNextDecision();
    if (!ready) return;
    if (state.step === 'disk') return state.goTo('destination');
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
          <Button onPress={back} isDisabled={state.starting}><Icon name="back" size={20} />{t(state.step === 'disk' ? 'wizard:home' : 'wizard:back')}</Button>
          {state.step === 'plan' && state.plan ? (
            <Consequence erases={false}>
              <Trans t={t} i18nKey="wizard:read.consequence" values={{ disk: diskName(t, i18n.language, state.plan.disk) }} components={{ disk: <strong /> }} />
            </Consequence>
          ) : <div className="wizard-footer-text" />}
          {state.step === 'plan' ? (
            <Button kind="primary" data-act isDisabled={!ready} onPress={() => void state.start()}><Icon name="read" size={22} />{t('wizard:read.act')}</Button>
          ) : (
            <Button kind="primary" isDisabled={!ready} onPress={next}>{t('wizard:next')}<Icon name="forward" size={20} /></Button>
          )}
        </>
      }
    >
      {state.step === 'disk' && <ReadDiskStep />}
      {state.step === 'destination' && <ReadDestinationStep />}
      {state.step === 'plan' && <ReadPlanStep />}
    </WizardFrame>
  );
}
