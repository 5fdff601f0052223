import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Plan, PlannedDisk, Reason } from '../../contract/index.ts';
import { textOr } from '../app/i18n.ts';
import { formatList } from '../formatting/numbers.ts';
import { isConfirmed, type Confirmed } from '../stores/confirmations.ts';
import { useDisks } from '../stores/disks.ts';
import { Bytes } from './Bytes.tsx';
import { Checkbox } from './Checkbox.tsx';
import { diskName, modelName, reasonText } from './disk-texts.ts';
import { DiskBar } from './DiskBar.tsx';
import { Icon } from './Icon.tsx';
import { identitiesOf } from './job/plan-texts.ts';
import { Notice } from './Notice.tsx';

/** Which disk loses what follows. */
export function LossHead({ identity, number, practice }: Pick<PlannedDisk, 'identity' | 'number' | 'practice'>) {
  const { t } = useTranslation();
  return (
    <div className="loss-head">
      <Icon name="danger" size={24} />
      <div>
        <strong>{modelName(t, identity)}</strong>, <Bytes value={identity.size} exact />
        <div className="disk-row-facts">
          <span>{t('wizard:disk.number', { number })}</span>
          {identity.serial && <span className="mono">{t('wizard:disk.serial', { serial: identity.serial })}</span>}
          {!practice && <span className="mono">{identity.path}</span>}
          {practice && <span className="badge badge-practice"><Icon name="practice" size={16} />{t('wizard:disk.practice')}</span>}
        </div>
      </div>
    </div>
  );
}

/** What each disk loses, drawn and in words. */
export function Losses({ disks }: { disks: readonly PlannedDisk[] }) {
  const { t } = useTranslation();
  const tables = useDisks((state) => state.disks);
  return (
    <section className="panel" aria-labelledby="plan-losses">
      <h2 id="plan-losses">{t('wizard:plan.losses')}</h2>
      {disks.map(({ identity, number, practice, loses }) => (
        <div key={identity.id} className="loss">
          <LossHead identity={identity} number={number} practice={practice} />
          <DiskBar size={identity.size} partitions={loses} table={tables?.find((disk) => disk.id === identity.id)?.table ?? 'none'} />
        </div>
      ))}
    </section>
  );
}

/** Steps of one kind as one sentence: what is done to every disk is said once. */
function sentences(t: TFunction, language: string, plan: Plan): string[] {
  const { steps } = plan;
  const disks = identitiesOf(plan).length;
  return [...new Set(steps.map(({ code }) => code))].map((code) => {
    const same = steps.filter((step) => step.code === code);
    const names = same.flatMap(({ params }) => (params['disk'] === undefined ? [] : [String(params['disk'])]));
    const params: Record<string, string | number> = { ...same[0]?.params, disks };
    if (names.length > 0) params['disk'] = names.length > 1 && names.length === disks ? t('jobs:eachDisk') : formatList(language, names);
    if (params['fileSystem'] !== undefined) params['fileSystem'] = textOr(t, `jobs:fileSystem.${params['fileSystem']}`, String(params['fileSystem']));
    return textOr(t, `jobs:step.${code}`, code, params);
  });
}

/** The steps in order, as sentences. */
export function Steps({ plan }: { plan: Plan }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="panel" aria-labelledby="plan-steps">
      <h2 id="plan-steps">{t('wizard:plan.steps')}</h2>
      <ol className="plan-steps">
        {sentences(t, i18n.language, plan).map((sentence) => <li key={sentence}>{sentence}</li>)}
      </ol>
    </section>
  );
}

interface ConfirmationsProps {
  readonly disks: readonly PlannedDisk[];
  readonly confirmed: Confirmed;
  readonly onConfirm: (diskId: string, code: string, agreed: boolean) => void;
  /** Whose words the questions are: what is erased, or only added to. */
  readonly words?: 'wizard' | 'drivers';
}

/** The question to agree to holds the whole reason. */
const QUESTION_SAYS_WHY: readonly Reason['code'][] = ['internal', 'unknown-bus'];

/** One box for each thing the user has to agree to by name. */
export function Confirmations({ disks, confirmed, onConfirm, words = 'wizard' }: ConfirmationsProps) {
  const { t, i18n } = useTranslation();
  const question = ({ code, params }: Reason, disk: string): string => (words === 'drivers'
    ? textOr(t, `drivers:confirm.${code}`, t('drivers:confirm.other', { disk }), { disk, ...params })
    : textOr(t, `wizard:confirm.${code}`, t('wizard:confirm.other', { disk }), { disk, ...params }));
  const asked = disks.filter((disk) => disk.confirm.length > 0);
  if (asked.length === 0) return null;
  return (
    <section className="panel panel-ask" aria-labelledby="plan-confirm">
      <h2 id="plan-confirm"><Icon name="warning" size={24} />{t('wizard:plan.confirm')}</h2>
      {asked.flatMap((disk) => disk.confirm.map((reason) => {
        const name = diskName(t, i18n.language, disk.identity);
        return (
          <Checkbox
            key={`${disk.identity.id} ${reason.code}`}
            className="confirmation"
            isSelected={isConfirmed(confirmed, disk.identity.id, reason.code)}
            onChange={(agreed) => onConfirm(disk.identity.id, reason.code, agreed)}
          >
            <strong>{question(reason, name)}</strong>
            {!QUESTION_SAYS_WHY.includes(reason.code) && <span className="confirmation-why">{reasonText(t, reason)}</span>}
          </Checkbox>
        );
      }))}
    </section>
  );
}

/** Names the chosen disks that are no longer there. */
export function GoneDisks({ gone }: { gone: readonly (Parameters<typeof diskName>[2] & { readonly id: string })[] }) {
  const { t, i18n } = useTranslation();
  return gone.map((disk) => (
    <Notice key={disk.id} kind="warning" announced title={t('wizard:plan.gone', { disk: diskName(t, i18n.language, disk) })}>
      <p>{t('wizard:plan.gone-text')}</p>
    </Notice>
  ));
}
