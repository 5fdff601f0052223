import { useTranslation } from 'react-i18next';
import type { IsoPlan } from '../../contract/index.ts';
import { Icon } from './Icon.tsx';

const NAMED = 4;

/** What a disc does not take over: links, devices. Nothing where all goes along. */
export function LeftOutList({ leftOut, count }: { leftOut: IsoPlan['leftOut']; count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  const named = leftOut.slice(0, NAMED);
  return (
    <ul className="notes">
      <li className="note-warns">
        <Icon name="warning" size={20} />
        <span>
          {t('iso:left-out', { count })}
          <span className="left-out">{named.map(({ path, why }) => t(`disc:why.${why}`, { path })).join(', ')}{count > named.length && ` ${t('disc:more', { count: count - named.length })}`}</span>
        </span>
      </li>
    </ul>
  );
}
