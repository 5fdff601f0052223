import { useTranslation } from 'react-i18next';
import type { ExtractPlan, IsoPlan } from '../../../contract/index.ts';
import { Bytes } from '../Bytes.tsx';

/** What a job made of a disc, or took from one, and where it is. */
export function DiscFacts({ plan }: { plan: IsoPlan | ExtractPlan }) {
  const { t } = useTranslation();
  return (
    <>
      {plan.kind === 'iso' && <div><dt>{t('iso:folder.label')}</dt><dd>{plan.label}</dd></div>}
      <div><dt>{t('iso:folder.contents')}</dt><dd>{t('iso:files', { count: plan.files })}{plan.kind === 'extract' && <>, <Bytes value={plan.bytes} /></>}</dd></div>
      {plan.kind === 'iso' && <div><dt>{t('iso:folder.size')}</dt><dd><Bytes value={plan.size} /></dd></div>}
      {plan.kind === 'iso' && <div><dt>{t('iso:folder.starts')}</dt><dd>{startsOn(t, plan)}</dd></div>}
      <div className="fact-wide">
        <dt>{t(plan.kind === 'iso' ? 'wizard:library.convert-to' : 'extract:plan.to')}</dt>
        <dd className="mono">{plan.kind === 'iso' ? plan.destination : plan.folder}</dd>
      </div>
    </>
  );
}

function startsOn(t: (key: string) => string, { boot: { bios, efi }, hybrid }: IsoPlan): string {
  const starts = [bios !== null && t('iso:firmware.bios'), efi !== null && t('iso:firmware.efi'), hybrid && t('iso:plan.from-stick')].filter((name) => name !== false);
  return starts.length > 0 ? starts.join(', ') : t('iso:folder.starts-nothing');
}
