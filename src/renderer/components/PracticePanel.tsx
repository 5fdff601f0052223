import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { useDisks } from '../stores/disks.ts';
import { useSettings } from '../stores/settings.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { ErrorNotice } from './Notice.tsx';
import { PracticeDialog } from './PracticeDialog.tsx';

/** Where practice disks are kept, and how to make one. */
export function PracticePanel({ onCreated }: { onCreated: (disk: string) => void }) {
  const { t } = useTranslation();
  const folder = useSettings((state) => state.settings.practiceFolder);
  const change = useSettings((state) => state.change);
  const [creating, setCreating] = useState(false);
  const [error, setError] = useState<PlainError | null>(null);

  const chooseFolder = async () => {
    try {
      setError(null);
      const chosen = await call('dialog.folder', null);
      if (chosen === null) return;
      await change({ practiceFolder: chosen });
      await useDisks.getState().load();
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };

  return (
    <section className="practice" aria-labelledby="practice-title">
      <span className="practice-icon"><Icon name="practice" size={30} /></span>
      <div className="practice-text">
        <h2 id="practice-title">{t('wizard:practice.title')}</h2>
        <p>{folder ? t('wizard:practice.folder') : t('wizard:practice.text')} {folder && <span className="mono">{folder}</span>}</p>
        {error && <ErrorNotice error={error} />}
      </div>
      <div className="practice-actions">
        {folder && <Button onPress={() => setCreating(true)}><Icon name="plus" size={20} />{t('wizard:practice.create')}</Button>}
        <Button kind={folder ? 'quiet' : 'plain'} onPress={() => void chooseFolder()}>
          <Icon name="folder" size={20} />{t(folder ? 'wizard:practice.change-folder' : 'wizard:practice.choose-folder')}
        </Button>
      </div>
      {creating && <PracticeDialog onClose={() => setCreating(false)} onCreated={onCreated} />}
    </section>
  );
}
