import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnfinishedCapture } from '../../contract/index.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Notice } from '../components/Notice.tsx';
import { formatBytes, formatMoment } from '../formatting/numbers.ts';
import { fileName } from '../formatting/paths.ts';
import { useCapture } from '../stores/capture.ts';
import { useDisks } from '../stores/disks.ts';
import { useNavigation } from '../stores/navigation.ts';
import { DeleteDialog } from './DeleteDialog.tsx';

/** A capture that was interrupted: go on with it where its disk is plugged in, or delete it. */
export function UnfinishedCard({ capture }: { capture: UnfinishedCapture }) {
  const { t, i18n } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  const { source, path, startedAt, storedBytes } = capture;
  const disk = useDisks((state) => state.disks?.find((found) => found.size === source.size && found.serial.trim() === source.serial.trim() && found.model.trim() === source.model.trim()));
  const name = fileName(path);
  const goOn = () => {
    if (!disk) return;
    useCapture.getState().takeUp(capture, disk.id);
    useNavigation.getState().go({ name: 'capture' });
  };
  return (
    <Notice kind="warning" title={t('wizard:unfinished.of', { name })}>
      <p>{t('wizard:unfinished.text', { disk: source.model || t('wizard:disk.nameless'), at: formatMoment(i18n.language, startedAt), stored: formatBytes(i18n.language, storedBytes) })}</p>
      {!disk && <p>{t('wizard:unfinished.plug-in')}</p>}
      <div className="notice-actions">
        <Button kind="primary" isDisabled={!disk} onPress={goOn} aria-label={t('wizard:library.act-of', { act: t('wizard:unfinished.go-on'), name })}><Icon name="forward" size={20} />{t('wizard:unfinished.go-on')}</Button>
        <Button onPress={() => setDeleting(true)} aria-label={t('wizard:library.act-of', { act: t('wizard:library.delete'), name })}><Icon name="trash" size={20} />{t('wizard:library.delete')}</Button>
      </div>
      {deleting && <DeleteDialog path={path} title={t('wizard:library.delete-title', { name })} onClose={() => setDeleting(false)} />}
    </Notice>
  );
}
