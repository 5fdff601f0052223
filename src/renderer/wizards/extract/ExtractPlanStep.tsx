import { useTranslation } from 'react-i18next';
import { Bytes } from '../../components/Bytes.tsx';
import { Fold } from '../../components/Fold.tsx';
import { OverwriteBox } from '../../components/OverwriteBox.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useExtract } from '../../stores/extract.ts';

/** So many chosen paths are listed. */
const MOST_PATHS = 500;

/** What goes where, before anything is written. */
export function ExtractPlanStep() {
  const { t } = useTranslation();
  const state = useExtract();
  const { overwrite, folder, planError } = state;
  const replace = (on: boolean) => {
    state.setOptions({ overwrite: on });
    void state.makePlan();
  };
  const box = <OverwriteBox shown={overwrite || planError?.code === 'destination-exists'} agreed={overwrite} onChange={replace}>{t('extract:plan.overwrite', { path: folder })}</OverwriteBox>;
  return (
    <>
      <StepHeading lead={t('extract:plan.lead')}>{t('wizard:plan.title')}</StepHeading>
      <PlanOrProblem state={state} extra={box}>
        {(plan) => (
          <>
            {box}
            <section className="panel" aria-labelledby="plan-files">
              <h2 id="plan-files">{t('extract:plan.files')}</h2>
              <dl className="facts">
                <div><dt>{t('extract:plan.from')}</dt><dd>{plan.image.name}</dd></div>
                <div><dt>{t('extract:plan.what')}</dt><dd>{plan.paths.length === 0 ? t('extract:files.all') : t('extract:plan.paths')}</dd></div>
                <div><dt>{t('iso:folder.contents')}</dt><dd>{t('iso:files', { count: plan.files })}, <Bytes value={plan.bytes} /></dd></div>
                {plan.freeBytes !== null && <div><dt>{t('iso:plan.free')}</dt><dd><Bytes value={plan.freeBytes} /></dd></div>}
                <div className="fact-wide"><dt>{t('extract:plan.to')}</dt><dd className="mono">{plan.folder}</dd></div>
              </dl>
              {plan.paths.length > 0 && (
                <Fold title={t('extract:plan.paths')} hint={String(plan.paths.length)}>
                  <ul className="file-list mono">{plan.paths.slice(0, MOST_PATHS).map((path) => <li key={path}>{path}</li>)}</ul>
                </Fold>
              )}
            </section>
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
    </>
  );
}
