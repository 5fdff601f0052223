import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { ErrorNotice } from './Notice.tsx';
import { TextInput } from './TextInput.tsx';

interface SaveAsProps {
  readonly label: string;
  /** A name for the file when nothing is chosen yet. */
  readonly suggested: string;
  readonly value: string;
  readonly description?: ReactNode;
  readonly onChange: (path: string) => void;
}

/** Where a file goes: chosen in a dialog of the system, or typed. */
export function SaveAs({ label, suggested, value, description, onChange }: SaveAsProps) {
  const { t } = useTranslation();
  const [error, setError] = useState<PlainError | null>(null);
  const choose = async () => {
    try {
      setError(null);
      const chosen = await call('dialog.destination', { suggested });
      if (chosen !== null) onChange(chosen);
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  return (
    <>
      <div className="image-source">
        <Button kind={value ? 'plain' : 'primary'} className="image-choose" onPress={() => void choose()}><Icon name="folder" />{t('wizard:read.choose')}</Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed"><TextInput label={label} description={description} value={value} onChange={onChange} /></div>
      </div>
      {error && <ErrorNotice error={error} />}
    </>
  );
}
