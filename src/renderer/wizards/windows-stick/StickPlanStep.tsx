import { useTranslation } from 'react-i18next';
import type { WindowsStickPlan } from '../../../contract/index.ts';
import { AtStake } from '../../components/AtStake.tsx';
import { Bytes } from '../../components/Bytes.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { diskName } from '../../components/disk-texts.ts';
import { Fold } from '../../components/Fold.tsx';
import { Steps } from '../../components/PlanParts.tsx';
import { PathInput } from '../../components/PathInput.tsx';
import { PlanOrProblem } from '../../components/PlanStepLayout.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { formatBytes } from '../../formatting/numbers.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';

/** What will be lost and what will stand on the sticks, before anything is written. */
export function StickPlanStep() {
  const { t } = useTranslation();
  const state = useWindowsStick();
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
            <Contents plan={plan} />
            <Steps plan={plan} />
          </>
        )}
      </PlanOrProblem>
      <section className="panel options" aria-labelledby="plan-options">
        <h2 id="plan-options">{t('wizard:plan.options')}</h2>
        <Checkbox isSelected={state.verify} isDisabled={state.starting} onChange={(verify) => setOption({ verify })}>{t('windows:plan.verify')}</Checkbox>
        <Checkbox isSelected={state.eject} isDisabled={state.starting} onChange={(eject) => setOption({ eject })}>{t('wizard:plan.eject')}</Checkbox>
        {(state.workFolder !== '' || (state.plan?.repacks.length ?? 0) > 0 || state.planError?.code === 'windows-repack-no-room') && (
          <PathInput kind="folder" label={t('windows:repack.folder')} description={t('windows:repack.folder-text')} value={state.workFolder} onChange={(workFolder) => setOption({ workFolder })} />
        )}
        <TextInput label={t('windows:plan.label')} description={t('windows:plan.label-text')} value={state.label} isDisabled={state.starting} maxLength={11} onChange={(label) => state.setOptions({ label: label.toUpperCase() })} onBlur={() => void state.makePlan()} />
      </section>
    </>
  );
}

function Contents({ plan }: { plan: WindowsStickPlan }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="panel" aria-labelledby="plan-contents">
      <h2 id="plan-contents">{t('windows:plan.contents')}</h2>
      <p>{t('media:stick', { label: plan.label, firmware: t(`media:firmware.${plan.firmware}`) })}</p>
      <dl className="facts">
        <div className="fact-wide"><dt>{t('windows:plan.windows')}</dt><dd>{plan.image.editions.filter(({ index }) => plan.editions?.includes(index) ?? true).map(({ name }) => name).join(', ') || plan.image.name}</dd></div>
        {plan.room.map((room) => {
          const disk = plan.disks.find(({ identity }) => identity.id === room.disk);
          return disk && <div key={room.disk} className="fact-wide"><dt>{diskName(t, i18n.language, disk.identity)}</dt><dd>{t(plan.repacks.length > 0 ? 'media:roomAbout' : 'media:room', { writes: room.writes, free: room.free })}</dd></div>;
        })}
      </dl>
      <Files title={t('media:partsTitle').replace(/:$/, '')} files={plan.parts} open />
      <Files title={t('media:extrasTitle').replace(/:$/, '')} files={plan.extras} />
      {plan.replaced.length > 0 && <p>{t('media:replacedTitle', { files: plan.replaced.join(', ') })}</p>}
    </section>
  );
}

function Files({ title, files, open = false }: { title: string; files: readonly { readonly path: string; readonly size: number }[]; open?: boolean }) {
  const { i18n } = useTranslation();
  if (files.length === 0) return null;
  const list = <ul className="file-list">{files.map(({ path, size }) => <li key={path}><span className="mono">{path}</span><Bytes value={size} /></li>)}</ul>;
  const total = formatBytes(i18n.language, files.reduce((sum, { size }) => sum + size, 0));
  return open && files.length <= 6 ? <div><p className="field-label">{title}</p>{list}</div> : <Fold title={title} hint={`${files.length} · ${total}`}>{list}</Fold>;
}
