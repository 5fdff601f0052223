import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Disk } from '../../contract/index.ts';
import { DiskRow } from './DiskRow.tsx';
import { Icon } from './Icon.tsx';

/** Disks that are never offered, folded away, each with its reason. */
export function HiddenDisks({ disks }: { disks: readonly Disk[] }) {
  const { t } = useTranslation();
  if (disks.length === 0) return null;
  return (
    <Disclosure className="fold">
      <Heading level={2}>
        <AriaButton slot="trigger" className="fold-button">
          <Icon name="forward" size={20} />
          {t('wizard:disks.hidden', { count: disks.length })}
        </AriaButton>
      </Heading>
      <DisclosurePanel className="fold-panel">
        <ul className="disk-list">
          {disks.map((disk) => <li key={disk.id} className="disk-hidden"><DiskRow disk={disk} /></li>)}
        </ul>
      </DisclosurePanel>
    </Disclosure>
  );
}
