import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** Asks the system for a file or a folder, and looks at it. */
export async function chooseAndLook(dialog: 'dialog.image' | 'dialog.file' | 'dialog.folder', look: (path: string) => Promise<void>, onError: (error: PlainError) => void): Promise<void> {
  try {
    const chosen = await call(dialog, null);
    if (chosen !== null) await look(chosen);
  } catch (thrown) {
    onError(toPlainError(thrown));
  }
}

/** The way on where what was chosen is refused. */
export function ChooseOther({ label, onChoose }: { label?: string; onChoose: () => void }) {
  const { t } = useTranslation();
  return <Button onPress={onChoose}><Icon name="folder" size={20} />{label ?? t('wizard:image.choose-other')}</Button>;
}
