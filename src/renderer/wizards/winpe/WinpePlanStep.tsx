import { useTranslation } from 'react-i18next';
import type { WinpePlan } from '../../../contract/index.ts';
import { AtStake } from '../../components/AtStake.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { DriverTable } from '../../components/DriverFields.tsx';
import { Fold } from '../../components/Fold.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useWinpe } from '../../stores/winpe.ts';

/** What will be lost and what will be on the medium, before anything is written. */
export function WinpePlanStep() {
  const { t } = useTranslation();
  const state = useWinpe();
  const { output, overwrite, isoPath, planError, starting } = state;
  const setOption = (options: Parameters<typeof state.setOptions>[0]) => {
    state.setOptions(options);
    void state.makePlan();
  };
  const exists = output === 'iso' && (overwrite || planError?.code === 'destination-exists');
  const overwriteBox = exists && (
    <div className="panel panel-ask">
      <Checkbox className="confirmation" isSelected={overwrite} onChange={(on) => setOption({ overwrite: on })}>{t('wizard:read.overwrite', { path: isoPath })}</Checkbox>
    </div>
  );
  return (
    <>
      <StepHeading lead={t(output === 'iso' ? 'winpe:plan.lead-iso' : 'wizard:plan.lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state} extra={overwriteBox}>
        {(plan) => (
          <>
            {overwriteBox}
            <AtStake plan={plan} state={state} />
            <Contents plan={plan} />
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
      <section className="panel options" aria-labelledby="plan-options">
        <h2 id="plan-options">{t('wizard:plan.options')}</h2>
        {output === 'sticks' && (
          <>
            <Checkbox isSelected={state.verify} isDisabled={starting} onChange={(verify) => setOption({ verify })}>{t('winpe:plan.verify')}</Checkbox>
            <Checkbox isSelected={state.eject} isDisabled={starting} onChange={(eject) => setOption({ eject })}>{t('wizard:plan.eject')}</Checkbox>
          </>
        )}
        <TextInput label={t('winpe:plan.label')} description={t('winpe:plan.label-text')} value={state.label} isDisabled={starting} maxLength={11} onChange={(label) => state.setOptions({ label: label.toUpperCase() })} onBlur={() => void state.makePlan()} />
      </section>
    </>
  );
}

function Contents({ plan }: { plan: WinpePlan }) {
  const { t } = useTranslation();
  const { image, iso, drivers, replaced, request } = plan;
  return (
    <section className="panel" aria-labelledby="plan-contents">
      <h2 id="plan-contents">{t('winpe:plan.contents')}</h2>
      <p>{iso ? t('media:iso', { path: iso.path, size: iso.size }) : t('media:stick', { label: plan.label, firmware: t(`media:firmware.${request.firmware}`) })}</p>
      <dl className="facts">
        <div><dt>WinPE</dt><dd>{[image.system || image.name, image.version, image.architecture].filter(Boolean).join(', ')}</dd></div>
        <div><dt>{t('windows:media.contents')}</dt><dd>{t('media:contents', { count: plan.files, size: plan.bytes })}</dd></div>
      </dl>
      {drivers.length > 0 && <Fold title={t(`media:drivers.${request.driversIn}`).replace(/:$/, '')} hint={String(drivers.length)}><DriverTable drivers={drivers} /></Fold>}
      {replaced.length > 0 && <p>{t('media:replacedTitle', { files: replaced.join(', ') })}</p>}
    </section>
  );
}
