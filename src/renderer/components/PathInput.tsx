import { useTranslation } from 'react-i18next';
import { call } from '../bridge.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { TextInput } from './TextInput.tsx';

interface PathInputProps {
  readonly label: string;
  readonly description?: string;
  readonly kind: 'file' | 'folder';
  readonly value: string;
  readonly onChange: (path: string) => void;
}

/** A path, typed or chosen. */
export function PathInput({ label, description, kind, value, onChange }: PathInputProps) {
  const { t } = useTranslation();
  const choose = async () => {
    const chosen = await call(kind === 'file' ? 'dialog.file' : 'dialog.folder', null).catch(() => null);
    if (chosen !== null) onChange(chosen);
  };
  return (
    <div className="path-input">
      <TextInput mono label={label} description={description} value={value} onChange={onChange} />
      <Button aria-label={`${t('windows:choose')} ${label}`} onPress={() => void choose()}><Icon name="folder" size={20} />{t('windows:choose')}</Button>
    </div>
  );
}
