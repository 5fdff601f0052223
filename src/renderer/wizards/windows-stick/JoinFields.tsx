import { useTranslation } from 'react-i18next';
import { RadioCards } from '../../components/RadioCards.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useCustomising } from '../../stores/customising.ts';

/** Workgroup or domain. */
export function JoinFields() {
  const { t } = useTranslation();
  const { answers: { join }, answer } = useCustomising();
  const domain = join?.kind === 'domain' ? join : null;
  return (
    <>
      <RadioCards
        small
        label={t('answer-file:option.join')}
        value={join?.kind ?? 'none'}
        onChange={(kind) =>
          answer({ join: kind === 'workgroup' ? { kind, name: 'WORKGROUP' } : kind === 'domain' ? { kind, domain: '', user: '', password: '', organizationalUnit: '' } : null })}
        options={(['none', 'workgroup', 'domain'] as const).map((value) => ({ value, name: t(`windows:form.join-${value}`) }))}
      />
      {join?.kind === 'workgroup' && <TextInput label={t('windows:form.join-workgroup')} value={join.name} onChange={(name) => answer({ join: { ...join, name } })} maxLength={15} />}
      {domain && (
        <>
          <div className="field-pair">
            <TextInput label={t('windows:form.join-domain')} placeholder="bench.example" value={domain.domain} onChange={(name) => answer({ join: { ...domain, domain: name } })} />
            <TextInput label={t('windows:form.unit')} placeholder="OU=Bench,DC=bench,DC=example" value={domain.organizationalUnit} onChange={(organizationalUnit) => answer({ join: { ...domain, organizationalUnit } })} />
            <TextInput label={t('windows:form.join-user')} value={domain.user} onChange={(user) => answer({ join: { ...domain, user } })} />
            <TextInput label={t('windows:form.password')} type="password" value={domain.password} onChange={(password) => answer({ join: { ...domain, password } })} />
          </div>
          <p className="field-description">{t('answer-file:note.join')}</p>
        </>
      )}
    </>
  );
}
