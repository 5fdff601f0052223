import { Trans, useTranslation } from 'react-i18next';
import { diskName } from '../../components/disk-texts.ts';
import { WizardShell } from '../../components/WizardShell.tsx';
import { useDisks } from '../../stores/disks.ts';
import { formatChecks, LONGEST_LABEL, useFormat } from '../../stores/format.ts';
import { FormatDiskStep, FormatPlanStep, FormatSettingsStep } from './steps.tsx';

/** Disk, format, checks, plan: the questions before a stick is made usable again. */
export function FormatWizard() {
  const { t, i18n } = useTranslation();
  const state = useFormat();
  const disk = useDisks((found) => found.disks?.find(({ id, verdict }) => id === state.disk && verdict.kind !== 'hidden'));
  const labelFits = state.label.trim().length <= LONGEST_LABEL[state.fileSystem];
  return (
    <WizardShell
      kind="format"
      state={state}
      disks={disk && [disk]}
      ready={{ disk: disk !== undefined, format: disk !== undefined && labelFits }}
      preflight={{ request: formatChecks(state) }}
      consequence={state.plan && <Trans t={t} i18nKey="wizard:plan.consequence" values={{ disks: diskName(t, i18n.language, state.plan.disk.identity) }} components={{ disk: <strong /> }} />}
      act={{ label: t('wizard:plan.act-format'), icon: 'danger', erases: true }}
    >
      {state.step === 'disk' && <FormatDiskStep />}
      {state.step === 'format' && <FormatSettingsStep />}
      {state.step === 'plan' && <FormatPlanStep />}
    </WizardShell>
  );
}
