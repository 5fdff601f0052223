import { Trans, useTranslation } from 'react-i18next';
import type { PlannedDisk } from '../../contract/index.ts';
import { formatBytes, formatList } from '../formatting/numbers.ts';
import { diskName } from './disk-texts.ts';

/** Said right before the button: what will be gone. More than two disks are counted, their names stand above. */
export function DisksConsequence({ disks: planned }: { disks: readonly PlannedDisk[] }) {
  const { t, i18n } = useTranslation();
  const names = planned.map((disk) => diskName(t, i18n.language, disk.identity));
  const total = planned.reduce((sum, disk) => sum + disk.identity.size, 0);
  const disks = names.length <= 2
    ? formatList(i18n.language, names)
    : t('wizard:plan.disks-counted', { count: names.length, size: formatBytes(i18n.language, total) });
  return <Trans t={t} i18nKey="wizard:plan.consequence" values={{ disks }} components={{ disk: <strong /> }} />;
}
