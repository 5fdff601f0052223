import { useTranslation } from 'react-i18next';
import { useLibrary } from '../stores/library.ts';
import { LibraryDialog } from './LibraryDialog.tsx';

/** Deletes an image or an interrupted capture, unless something builds on it. */
export function DeleteDialog({ path, title, onClose }: { path: string; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const discard = useLibrary((state) => state.discard);
  return (
    <LibraryDialog title={title} act={t('wizard:library.delete-act')} kind="danger" onAct={() => discard(path)} onClose={onClose}>
      <p>{t('wizard:library.delete-text')}</p>
      <p className="mono">{path}</p>
    </LibraryDialog>
  );
}
