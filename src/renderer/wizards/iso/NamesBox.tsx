import { useTranslation } from 'react-i18next';
import { Checkbox } from '../../components/Checkbox.tsx';
import { useIso } from '../../stores/iso.ts';

/** Whether the disc keeps names as Linux has them. */
export function NamesBox() {
  const { t } = useTranslation();
  const { names, setOptions } = useIso();
  return (
    <Checkbox isSelected={names === 'linux'} onChange={(on) => setOptions({ names: on ? 'linux' : 'windows' })}>
      {t('iso:boot.names')}<span className="confirmation-why">{t('iso:boot.names-text')}</span>
    </Checkbox>
  );
}
