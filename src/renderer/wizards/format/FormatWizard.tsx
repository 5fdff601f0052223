import { Trans, useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Consequence } from '../../components/Consequence.tsx';
import { diskName } from '../../components/disk-texts.ts';
import { Icon } from '../../components/Icon.tsx';
import { focusNextDecision, useMayStart } from '../../components/PlanStepLayout.tsx';
import { useWizardSteps } from '../../components/wizard-steps.ts';
import { WizardFrame } from '../../components/WizardFrame.tsx';
import { useDisks } from '../../stores/disks.ts';
import { LONGEST_LABEL, useFormat } from '../../stores/format.ts';
import { goHome } from '../../stores/navigation.ts';
import { FormatDiskStep, FormatPlanStep, FormatSettingsStep } from './steps.tsx';

/** Disk, format, plan: the questions before a stick is made usable again. */
export function FormatWizard() {
  const { t, i18n } = useTranslation();
  const state = useFormat();
  const disk = useDisks((found) => found.disks?.find(({ id, verdict }) => id === state.disk && verdict.kind !== 'hidden'));
  const mayStart = useMayStart(state);
  const { title, steps } = useWizardSteps('format');

  const labelFits = state.label.trim().length <= LONGEST_LABEL[state.fileSystem];
  const ready = state.step === 'disk' ? disk !== undefined : state.step === 'format' ? disk !== undefined && labelFits : mayStart;
  const back = () => {
    if (state.starting) return;
    if (state.step === 'disk') goHome();
    else state.goTo(state.step === 'plan' ? 'format' : 'disk');
  };
  const next = () => {
    if (state.step === 'plan') return focusNextDecision();
    if (!ready) return;
    if (state.step === 'disk') return state.goTo('format');
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
            <Consequence erases>
              <Trans t={t} i18nKey="wizard:plan.consequence" values={{ disks: diskName(t, i18n.language, state.plan.disk.identity) }} components={{ disk: <strong /> }} />
            </Consequence>
          ) : <div className="wizard-footer-text" />}
          {state.step === 'plan' ? (
            <Button kind="danger" data-act isDisabled={!ready} onPress={() => void state.start()}>
              <Icon name="danger" size={22} />{t('wizard:plan.act-format')}
            </Button>
          ) : (
            <Button kind="primary" isDisabled={!ready} onPress={next}>{t('wizard:next')}<Icon name="forward" size={20} /></Button>
          )}
        </>
      }
    >
      {state.step === 'disk' && <FormatDiskStep />}
      {state.step === 'format' && <FormatSettingsStep />}
      {state.step === 'plan' && <FormatPlanStep />}
    </WizardFrame>
  );
}
