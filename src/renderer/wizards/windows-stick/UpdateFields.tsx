import { useTranslation } from 'react-i18next';
import type { AnswerFileRequest } from '../../../contract/index.ts';
import { Checkbox } from '../../components/Checkbox.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useCustomising } from '../../stores/customising.ts';

type Policy = NonNullable<AnswerFileRequest['updatePolicy']>;

const NO_POLICY: Policy = { deferQualityDays: null, deferFeatureDays: null, pauseQualityFrom: null, pauseFeatureFrom: null, target: null, excludeDrivers: false };
const daysOf = (text: string): number | null => (/^\d{1,3}$/.test(text) ? Number(text) : null);

/** Windows Update for Business: how long updates wait, and which version is stayed on. */
export function UpdateFields() {
  const { t } = useTranslation();
  const { answers: { updatePolicy }, answer } = useCustomising();
  const policy = updatePolicy ?? NO_POLICY;
  const change = (part: Partial<Policy>) => {
    const next = { ...policy, ...part };
    answer({ updatePolicy: Object.values(next).some((value) => value !== null && value !== false) ? next : null });
  };
  const target = policy.target ?? { product: 'Windows 11', version: '' };
  return (
    <>
      <div className="field-pair">
        <TextInput label={t('windows:form.quality-days')} inputMode="numeric" maxLength={2} value={String(policy.deferQualityDays ?? '')} onChange={(text) => change({ deferQualityDays: daysOf(text) })} />
        <TextInput label={t('windows:form.feature-days')} inputMode="numeric" maxLength={3} value={String(policy.deferFeatureDays ?? '')} onChange={(text) => change({ deferFeatureDays: daysOf(text) })} />
        <TextInput label={t('windows:form.target')} placeholder="24H2" maxLength={6} value={target.version} onChange={(version) => change({ target: version.trim() === '' ? null : { ...target, version: version.trim() } })} />
        <TextInput label={t('windows:form.product')} isDisabled={policy.target === null} value={target.product} onChange={(product) => change({ target: { ...target, product } })} />
      </div>
      <Checkbox isSelected={policy.excludeDrivers} onChange={(excludeDrivers) => change({ excludeDrivers })}>{t('windows:form.exclude-drivers')}</Checkbox>
      <p className="field-description">{t('answer-file:note.updatePolicy')}</p>
    </>
  );
}
