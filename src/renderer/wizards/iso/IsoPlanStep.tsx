import { useTranslation } from 'react-i18next';
import type { IsoPlan } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { LeftOutList } from '../../components/LeftOutList.tsx';
import { OverwriteBox } from '../../components/OverwriteBox.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useIso } from '../../stores/iso.ts';

/** What will be on the disc and where it goes, before anything is written. */
export function IsoPlanStep() {
  const { t } = useTranslation();
  const state = useIso();
  const { overwrite, destination, planError } = state;
  const replace = (on: boolean) => {
    state.setOptions({ overwrite: on });
    void state.makePlan();
  };
  const box = <OverwriteBox shown={overwrite || planError?.code === 'destination-exists'} agreed={overwrite} onChange={replace}>{t('wizard:read.overwrite', { path: destination })}</OverwriteBox>;
  return (
    <>
      <StepHeading lead={t('iso:plan.lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state} extra={box}>
        {(plan) => (
          <>
            {box}
            <Disc plan={plan} />
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
    </>
  );
}

function Disc({ plan }: { plan: IsoPlan }) {
  const { t } = useTranslation();
  const { boot } = plan;
  const image = (path: string | null) => (path === null ? t('disc:nothing') : path === 'efi.img' ? t('iso:boot.made') : path);
  return (
    <section className="panel" aria-labelledby="plan-disc">
      <h2 id="plan-disc">{t('iso:plan.disc', { label: plan.label })}</h2>
      <dl className="facts">
        <div><dt>{t('iso:folder.contents')}</dt><dd>{t('iso:files', { count: plan.files })}</dd></div>
        <div><dt>{t('iso:folder.size')}</dt><dd><Bytes value={plan.size} exact /></dd></div>
        <div><dt>{t('iso:plan.views')}</dt><dd>{plan.views.map((view) => t(`disc:view.${view}`)).join(', ')}</dd></div>
        <div><dt>{t('iso:boot.efi')}</dt><dd>{image(boot.efi)}</dd></div>
        <div><dt>{t('iso:boot.bios')}</dt><dd>{image(boot.bios)}</dd></div>
        <div><dt>{t('iso:plan.stick')}</dt><dd>{t(plan.hybrid ? 'iso:plan.stick-yes' : 'iso:plan.stick-no')}</dd></div>
        {plan.freeBytes !== null && <div><dt>{t('iso:plan.free')}</dt><dd><Bytes value={plan.freeBytes} /></dd></div>}
        <div className="fact-wide"><dt>{t('wizard:read.to')}</dt><dd className="mono">{plan.destination}</dd></div>
      </dl>
      <LeftOutList leftOut={plan.leftOut} count={plan.leftOutCount} />
    </section>
  );
}
