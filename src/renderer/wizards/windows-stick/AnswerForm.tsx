import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerFileRequest } from '../../../contract/index.ts';
import { Checkbox } from '../../components/Checkbox.tsx';
import { Fold } from '../../components/Fold.tsx';
import { Notice } from '../../components/Notice.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { Select } from '../../components/Select.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { TextLines } from '../../components/TextLines.tsx';
import { useCustomising } from '../../stores/customising.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';
import { JoinFields } from './JoinFields.tsx';
import { UpdateFields } from './UpdateFields.tsx';

type TextOption = 'computerName' | 'productKey' | 'language' | 'region' | 'keyboard';
type YesOption = 'skipAccountScreens' | 'skipNetworkScreen' | 'bypassHardwareChecks' | 'noDataCollection' | 'preventDeviceEncryption';

const UNSET = '-';
const orNull = (text: string): string | null => (text === '' ? null : text);

/** The questions of Setup and of the first start, answered beforehand; what is left open Setup asks. */
export function AnswerForm() {
  const { t } = useTranslation();
  const { answers, answer, form } = useCustomising();
  const editions = useWindowsStick((state) => state.media?.editions) ?? [];
  const { account, edition, disk } = answers;
  return (
    <div className="answer-form">
      <Section name="machine" filled={[answers.computerName, edition, answers.productKey]}>
        <TextAnswer option="computerName" example="BENCH-%SERIAL%" />
        <Select
          label={t('answer-file:option.edition')}
          value={edition?.kind === 'name' ? edition.name : edition ? String(edition.index) : UNSET}
          options={[{ value: UNSET, name: t('windows:form.setup-asks') }, ...[...new Set(editions.map(({ name }) => name))].map((name) => ({ value: name, name }))]}
          onChange={(value) => answer({ edition: value === UNSET ? null : { kind: 'name', name: value } })}
        />
        <TextAnswer option="productKey" example="XXXXX-XXXXX-XXXXX-XXXXX-XXXXX" mono />
      </Section>
      <Section name="account" filled={[account, answers.skipAccountScreens, answers.skipNetworkScreen]}>
        <div className="field-pair">
          <TextInput label={t('windows:form.user')} value={account?.name ?? ''} onChange={(name) => answer({ account: accountWith(account, { name }) })} maxLength={20} />
          <TextInput label={t('windows:form.password')} type="password" value={account?.password ?? ''} isDisabled={!account} onChange={(password) => answer({ account: accountWith(account, { password }) })} />
        </div>
        {account && <Hint option="account" />}
        <Checkbox isSelected={account?.administrator ?? true} isDisabled={!account} onChange={(administrator) => answer({ account: accountWith(account, { administrator }) })}>{t('windows:form.administrator')}</Checkbox>
        <Checkbox isSelected={(account?.autoLogons ?? 0) > 0} isDisabled={!account} onChange={(on) => answer({ account: accountWith(account, { autoLogons: on ? 1 : 0 }) })}>{t('windows:form.auto-logon')}</Checkbox>
        <YesAnswer option="skipAccountScreens" />
        <YesAnswer option="skipNetworkScreen" />
      </Section>
      <Section name="region" filled={[answers.language, answers.region, answers.keyboard, answers.timeZone]}>
        <div className="field-pair">
          <TextAnswer option="language" example="nl-NL" />
          <TextAnswer option="region" example="nl-NL" />
          <TextAnswer option="keyboard" example="0413:00020409" />
          <Select
            label={t('answer-file:option.timeZone')}
            value={answers.timeZone ?? UNSET}
            options={[{ value: UNSET, name: t('windows:form.setup-asks') }, ...(form?.timeZones ?? []).map((zone) => ({ value: zone, name: zone }))]}
            onChange={(value) => answer({ timeZone: value === UNSET ? null : value })}
          />
        </div>
      </Section>
      <Section name="disk" filled={[disk]}>
        <RadioCards
          label={t('answer-file:option.disk')}
          value={disk === null ? 'ask' : disk.disk === 'only' ? 'only' : 'number'}
          onChange={(value) => answer({ disk: value === 'ask' ? null : { table: disk?.table ?? 'gpt', recoveryMiB: disk?.recoveryMiB ?? 1024, disk: value === 'only' ? 'only' : 0 } })}
          options={(['ask', 'only', 'number'] as const).map((value) => ({ value, name: t(`windows:form.disk-${value}`), text: t(`windows:form.disk-${value}-text`) }))}
        />
        {disk && disk.disk !== 'only' && (
          <TextInput label={t('windows:form.disk-no')} inputMode="numeric" value={String(disk.disk)} onChange={(text) => /^\d{1,3}$/.test(text) && answer({ disk: { ...disk, disk: Number(text) } })} />
        )}
        {disk && (
          <RadioCards small label={t('windows:form.table')} value={disk.table} onChange={(table) => answer({ disk: { ...disk, table } })} options={(['gpt', 'mbr'] as const).map((value) => ({ value, name: t(`windows:form.table-${value}`) }))} />
        )}
        {disk && <Notice kind="warning" title={t('windows:form.disk-erases')}><p>{t('answer-file:note.disk')}</p></Notice>}
      </Section>
      <Section name="windows" filled={[answers.bypassHardwareChecks, answers.noDataCollection, answers.preventDeviceEncryption]}>
        <YesAnswer option="bypassHardwareChecks" />
        <YesAnswer option="noDataCollection" />
        <YesAnswer option="preventDeviceEncryption" />
      </Section>
      <Section name="join" filled={[answers.join]}><JoinFields /></Section>
      <Section name="updates" filled={[answers.updatePolicy]}><UpdateFields /></Section>
      <Section name="commands" filled={[answers.firstLogonCommands.length]}>
        <TextLines label={t('answer-file:option.firstLogonCommands')} description={t('answer-file:note.firstLogonCommands')} value={answers.firstLogonCommands} onChange={(firstLogonCommands) => answer({ firstLogonCommands })} />
      </Section>
    </div>
  );
}

/** An account exists as soon as it has a name. */
function accountWith(account: AnswerFileRequest['account'], change: Partial<NonNullable<AnswerFileRequest['account']>>): AnswerFileRequest['account'] {
  const next = { name: '', displayName: '', password: '', administrator: true, autoLogons: 0, ...account, ...change };
  return next.name === '' ? null : next;
}

/** A group of questions, folded away with how many of them are answered. */
function Section({ name, filled, children }: { name: string; filled: readonly unknown[]; children: ReactNode }) {
  const { t } = useTranslation();
  const count = filled.filter(Boolean).length;
  return (
    <Fold title={t(`windows:form.${name}`)} hint={count > 0 ? t('windows:form.answered', { count }) : t('windows:form.open')}>
      <div className="panel">{children}</div>
    </Fold>
  );
}

function TextAnswer({ option, example, mono = false }: { option: TextOption; example: string; mono?: boolean }) {
  const { t } = useTranslation();
  const { answers, answer, form } = useCustomising();
  const note = form?.options.find(({ name }) => name === option)?.note;
  return (
    <TextInput mono={mono} label={t(`answer-file:option.${option}`)} description={note ? t(`answer-file:note.${note}`) : undefined} placeholder={example} value={answers[option] ?? ''} onChange={(text) => answer({ [option]: orNull(text.trim()) })} />
  );
}

function YesAnswer({ option }: { option: YesOption }) {
  const { t } = useTranslation();
  const { answers, answer } = useCustomising();
  return (
    <Checkbox isSelected={answers[option]} onChange={(yes) => answer({ [option]: yes })}>
      {t(`answer-file:option.${option}`)}
      <Hint option={option} />
    </Checkbox>
  );
}

/** Which versions of Windows do it, and what else is worth knowing. */
function Hint({ option }: { option: string }) {
  const { t } = useTranslation();
  const form = useCustomising((state) => state.form);
  const found = form?.options.find(({ name }) => name === option);
  if (!form || !found) return null;
  const some = found.honouredBy.length < form.versions.length;
  const text = [found.note ? t(`answer-file:note.${found.note}`) : '', some ? t('windows:form.honoured', { versions: found.honouredBy.join(', ') }) : ''].filter(Boolean).join(' ');
  return text ? <span className="confirmation-why">{text}</span> : null;
}
