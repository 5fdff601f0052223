import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryImage } from '../../contract/index.ts';
import { Button } from '../components/Button.tsx';
import { fileSystemLabel } from '../components/disk-texts.ts';
import { FindParent } from '../components/FindParent.tsx';
import { Icon } from '../components/Icon.tsx';
import { ErrorNotice } from '../components/Notice.tsx';
import { formatBytes, formatMoment } from '../formatting/numbers.ts';
import { folderOf } from '../formatting/paths.ts';
import { useLibrary } from '../stores/library.ts';
import { useNavigation } from '../stores/navigation.ts';
import { useRestore } from '../stores/restore.ts';
import { ConvertDialog } from './ConvertDialog.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import { RenameDialog } from './RenameDialog.tsx';
import { VerifyDialog } from './VerifyDialog.tsx';

function restore(path: string): void {
  useRestore.getState().restart(false);
  useNavigation.getState().go({ name: 'restore' });
  void useRestore.getState().describe(path);
}

/** One image: whose disk, when, what is in it, what it builds on, and what to do with it. */
export function ImageItem({ image, images }: { image: LibraryImage; images: readonly LibraryImage[] }) {
  const { t, i18n } = useTranslation();
  const [dialog, setDialog] = useState<'verify' | 'convert' | 'rename' | 'delete' | null>(null);
  const { name, path, identity, size, storedBytes, partitions, parent, children } = image;
  const { source } = identity;
  const close = () => setDialog(null);
  const childNames = images.filter((other) => children.includes(other.path)).map((other) => other.name);
  return (
    <li className="library-item">
      <div className="library-head">
        <span className="disk-row-icon"><Icon name={parent ? 'link' : 'image'} size={26} /></span>
        <div className="library-name">
          <h3>{name}</h3>
          <p className="disk-row-facts">
            {[source.machine, source.system].filter(Boolean).map((fact) => <span key={fact}>{fact}</span>)}
            <span>{formatMoment(i18n.language, identity.createdAt)}</span>
            {identity.purpose && <span>{identity.purpose}</span>}
          </p>
        </div>
        <span className="badge">{t(parent ? 'wizard:library.incremental' : 'wizard:library.whole')}</span>
      </div>
      {identity.description && <p className="library-description">{identity.description}</p>}
      <ul className="library-partitions" aria-label={t('wizard:step.partitions')}>
        {partitions.filter(({ role }) => role !== 'extended').map((partition) => (
          <li key={partition.number}>
            <span className={`legend-mark role-${partition.role}`} aria-hidden="true" />
            {[partition.kind && partition.kind !== 'unknown' ? fileSystemLabel(partition.kind) : t(`jobs:role.${partition.role}`), partition.label && `“${partition.label}”`, formatBytes(i18n.language, partition.usedBytes)].filter(Boolean).join(' · ')}
          </li>
        ))}
      </ul>
      <dl className="facts">
        <div><dt>{t('wizard:restore.source')}</dt><dd>{[source.model || t('wizard:disk.nameless'), formatBytes(i18n.language, size)].join(' · ')}</dd></div>
        <div><dt>{t('wizard:restore.content')}</dt><dd>{t('wizard:restore.used-stored', { used: formatBytes(i18n.language, identity.usedBytes), stored: formatBytes(i18n.language, storedBytes) })}</dd></div>
        <div><dt>{t('wizard:library.in')}</dt><dd className="mono">{folderOf(path)}</dd></div>
        {parent && <div className="fact-wide"><dt>{t('wizard:library.builds-on')}</dt><dd>{parent.name}</dd></div>}
        {childNames.length > 0 && <div className="fact-wide"><dt>{t('wizard:library.needed-by')}</dt><dd>{childNames.join(', ')}</dd></div>}
      </dl>
      {parent?.error && <ErrorNotice error={parent.error}><FindParent error={parent.error} onAgain={() => void useLibrary.getState().load()} /></ErrorNotice>}
      <div className="library-actions">
        <Button kind="primary" aria-label={t('wizard:library.act-of', { act: t('wizard:library.restore'), name })} onPress={() => restore(path)}><Icon name="restore" size={20} />{t('wizard:library.restore')}</Button>
        <Button aria-label={t('wizard:library.act-of', { act: t('wizard:library.verify'), name })} onPress={() => setDialog('verify')}><Icon name="shield" size={20} />{t('wizard:library.verify')}</Button>
        <Button aria-label={t('wizard:library.act-of', { act: t('wizard:library.convert'), name })} onPress={() => setDialog('convert')}><Icon name="refresh" size={20} />{t('wizard:library.convert')}</Button>
        <Button aria-label={t('wizard:library.act-of', { act: t('wizard:library.rename'), name })} onPress={() => setDialog('rename')}><Icon name="edit" size={20} />{t('wizard:library.rename')}</Button>
        <Button aria-label={t('wizard:library.act-of', { act: t('wizard:library.delete'), name })} onPress={() => setDialog('delete')}><Icon name="trash" size={20} />{t('wizard:library.delete')}</Button>
      </div>
      {dialog === 'verify' && <VerifyDialog image={image} onClose={close} />}
      {dialog === 'convert' && <ConvertDialog image={image} onClose={close} />}
      {dialog === 'rename' && <RenameDialog image={image} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog path={path} title={t('wizard:library.delete-title', { name })} onClose={close} />}
    </li>
  );
}
