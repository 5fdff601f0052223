import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disk } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';
import { useDisks } from '../stores/disks.ts';
import { errorTexts } from '../app/i18n.ts';
import { Button } from './Button.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { modelName } from './disk-texts.ts';
import { Icon } from './Icon.tsx';

/** Deletes a practice disk's file, after asking. */
export function RemovePractice({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState('');
  const name = modelName(t, disk);
  const remove = () => useDisks.getState().removePractice(disk.id).catch((thrown: unknown) => setProblem(errorTexts(t, toPlainError(thrown)).title));
  return (
    <div className="disk-choice-side">
      <Button kind="quiet" aria-label={t('wizard:practice.remove', { name })} onPress={() => setAsking(true)}><Icon name="trash" /></Button>
      {problem && <span role="alert" className="field-error">{problem}</span>}
      <ConfirmDialog
        isOpen={asking}
        title={t('wizard:practice.remove-title', { name })}
        stay={t('wizard:practice.keep')}
        act={t('wizard:practice.remove-act')}
        onAct={() => void remove()}
        onClose={() => setAsking(false)}
      >
        <p>{t('wizard:practice.remove-text')}</p>
        <p className="mono">{disk.path}</p>
      </ConfirmDialog>
    </div>
  );
}
