import { useTranslation } from 'react-i18next';
import { copiedDrivers, type DriversPlan } from '../../../contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { DriverChanges, StayingDrivers } from '../../components/DriverChanges.tsx';
import { LackingDrivers } from '../../components/DriverFields.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Confirmations, Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useDrivers } from '../../stores/drivers.ts';

/** What the stick has and what it would get, before anything is written. */
export function DriversPlanStep() {
  const { t } = useTranslation();
  const state = useDrivers();
  const setEject = (eject: boolean) => {
    state.setOptions({ eject });
    void state.makePlan();
  };
  return (
    <>
      <StepHeading lead={t('drivers:plan.lead')}>{t('drivers:plan.title')}</StepHeading>
      <PlanOrProblem state={state}>
        {(plan) => (
          <>
            <Difference plan={plan} />
            {copiedDrivers(plan).length > 0 && (
              <>
                <Confirmations disks={[plan.disk]} confirmed={state.confirmed} onConfirm={state.confirm} words="drivers" />
                <Steps plan={plan} />
                <section className="panel options" aria-labelledby="plan-options">
                  <h2 id="plan-options">{t('wizard:plan.options')}</h2>
                  <Checkbox isSelected={state.eject} isDisabled={state.starting} onChange={setEject}>{t('wizard:plan.eject')}</Checkbox>
                </section>
              </>
            )}
          </>
        )}
      </PlanOrProblem>
    </>
  );
}

/** Which Windows the drivers are for, and how that is known. */
function System({ plan: { wish: { architecture, build }, systemFrom } }: { plan: DriversPlan }) {
  const { t } = useTranslation();
  const name = t(`drivers:architecture.${architecture}`);
  if (build === null) return <Notice kind="info" title={t('drivers:plan.build-unknown')}><p>{t('drivers:plan.build-unknown-text', { name })}</p></Notice>;
  return <p>{t(systemFrom === null ? 'drivers:plan.system-asked' : 'drivers:plan.system', { name, build, file: systemFrom })}</p>;
}

function Difference({ plan }: { plan: DriversPlan }) {
  const { t } = useTranslation();
  const { makePlan } = useDrivers();
  return (
    <>
      <System plan={plan} />
      {copiedDrivers(plan).length > 0 ? <DriverChanges plan={plan} /> : (
        <Notice kind="success" title={t('drivers:plan.nothing')}>
          <p>{t('drivers:plan.nothing-text')}</p>
          <div className="notice-actions"><Button onPress={() => void makePlan()}><Icon name="refresh" size={20} />{t('winpe:drivers.again')}</Button></div>
        </Notice>
      )}
      <LackingDrivers {...plan} />
      <StayingDrivers plan={plan} />
    </>
  );
}
