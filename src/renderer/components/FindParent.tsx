import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';
import { useLibrary } from '../stores/library.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { ErrorNotice } from './Notice.tsx';

/** The remedies of a missing parent image, as buttons: looking again once its drive is there, and adding the folder that it is in. */
export function FindParent({ error, onAgain }: { error: PlainError; onAgain: () => void }) {
  const { t } = useTranslation();
  const [refused, setRefused] = useState<PlainError | null>(null);
  if (error.code !== 'image-parent-missing') return null;
  const add = async () => {
    setRefused(null);
    try {
      if (await useLibrary.getState().addFolder() !== null) onAgain();
    } catch (thrown) {
      setRefused(toPlainError(thrown));
    }
  };
  return (
    <>
      <Button onPress={onAgain}><Icon name="refresh" size={20} />{t('wizard:library.look-again')}</Button>
      <Button onPress={() => void add()}><Icon name="folder" size={20} />{t('wizard:library.add-parent-folder')}</Button>
      {refused && <ErrorNotice error={refused} />}
    </>
  );
}
