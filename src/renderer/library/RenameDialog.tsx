import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryImage } from '../../contract/index.ts';
import { TextInput } from '../components/TextInput.tsx';
import { useLibrary } from '../stores/library.ts';
import { LibraryDialog } from './LibraryDialog.tsx';

const EXTENSION = /\.qcow2$/i;

/** Another name for an image; what builds on it finds it all the same. */
export function RenameDialog({ image, onClose }: { image: LibraryImage; onClose: () => void }) {
  const { t } = useTranslation();
  const rename = useLibrary((state) => state.rename);
  const before = image.name.replace(EXTENSION, '');
  const [name, setName] = useState(before);
  const wanted = name.trim().replace(EXTENSION, '');
  return (
    <LibraryDialog title={t('wizard:library.rename-title')} act={t('wizard:library.rename-act')} ready={wanted !== '' && wanted !== before} onAct={() => rename(image.path, wanted)} onClose={onClose}>
      <TextInput autoFocus label={t('wizard:practice.name')} description={t('wizard:library.rename-text')} value={name} onChange={setName} maxLength={200} />
    </LibraryDialog>
  );
}
