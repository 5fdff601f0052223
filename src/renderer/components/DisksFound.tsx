import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disk } from '../../contract/index.ts';
import { inOrder, useDisks } from '../stores/disks.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { ErrorNotice } from './Notice.tsx';

/** The disks found so far, or what stands in the way; `children` draws them. */
export function DisksFound({ children }: { children: (disks: Disk[]) => ReactNode }) {
  const { t } = useTranslation();
  const disks = useDisks((state) => state.disks);
  const error = useDisks((state) => state.error);
  const load = useDisks((state) => state.load);
  if (error) return <ErrorNotice error={error}><Button onPress={() => void load()}>{t('wizard:disks.again')}</Button></ErrorNotice>;
  if (!disks) return <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('wizard:disks.looking')}</p>;
  return children(inOrder(disks));
}

/** Stands where the rows would be when there is nothing to choose. */
export function NoDisks() {
  const { t } = useTranslation();
  return (
    <div className="empty">
      <Icon name="stick" size={44} />
      <strong>{t('wizard:disks.none')}</strong>
      <p>{t('wizard:disks.none-text')}</p>
    </div>
  );
}
