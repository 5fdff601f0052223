import { useTranslation } from 'react-i18next';
import type { CapturePlan, ImagingNote } from '../../contract/index.ts';
import { textOr } from '../app/i18n.ts';
import { isConfirmed, type Confirmed } from '../stores/confirmations.ts';
import { Checkbox } from './Checkbox.tsx';
import { fileSystemLabel } from './disk-texts.ts';
import { Icon } from './Icon.tsx';

/** What asks for a second look rather than only to be known. */
const WARNS: readonly ImagingNote['code'][] = [
  'may-not-fit', 'file-size-limit', 'half-restored', 'half-restored-other', 'image-has-holes', 'image-was-dirty', 'no-hashes', 'grow-tool-missing', 'grow-unsupported', 'identifiers-new',
  'whole-map-damaged', 'whole-journal',
];

/** Notes of a plan or a report, in words. */
export function Notes({ notes }: { notes: readonly ImagingNote[] }) {
  const { t } = useTranslation();
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map((note, index) => {
        const warns = WARNS.includes(note.code);
        const { kind, condition } = note.params;
        const params = {
          ...note.params,
          ...(typeof kind === 'string' ? { kind: fileSystemLabel(kind) } : {}),
          ...(typeof condition === 'string' ? { condition: textOr(t, `jobs:condition.${condition}`, condition) } : {}),
        };
        return (
          <li key={index} className={warns ? 'note-warns' : ''}>
            <Icon name={warns ? 'warning' : 'info'} size={20} />
            <span>{textOr(t, `jobs:note.${note.code}`, note.code, params)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** One box for each condition of the source that has to be agreed to by name. */
export function Stops({ plan, confirmed, onConfirm }: { plan: CapturePlan; confirmed: Confirmed; onConfirm: (diskId: string, code: string, agreed: boolean) => void }) {
  const { t } = useTranslation();
  if (plan.stops.length === 0) return null;
  return (
    <section className="panel panel-ask" aria-labelledby="plan-stops">
      <h2 id="plan-stops"><Icon name="warning" size={24} />{t('wizard:plan.confirm')}</h2>
      {plan.stops.map(({ code, partitions }) => (
        <Checkbox
          key={code}
          className="confirmation"
          isSelected={isConfirmed(confirmed, plan.disk.id, code)}
          onChange={(agreed) => onConfirm(plan.disk.id, code, agreed)}
        >
          <strong>{t(`wizard:stop.${code}`, { count: partitions.length, numbers: partitions.join(', ') })}</strong>
          <span className="confirmation-why">{t(`wizard:stop-why.${code}`)}</span>
        </Checkbox>
      ))}
    </section>
  );
}
