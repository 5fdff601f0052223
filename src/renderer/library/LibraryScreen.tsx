import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryListing, PlainError } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { ErrorNotice } from '../components/Notice.tsx';
import { ShowMore, useFirst } from '../components/ShowMore.tsx';
import { StepHeading } from '../components/StepHeading.tsx';
import { TextInput } from '../components/TextInput.tsx';
import { formatBytes } from '../formatting/numbers.ts';
import { allImages, matching, useLibrary } from '../stores/library.ts';
import { goHome } from '../stores/navigation.ts';
import { FaultyCard } from './FaultyCard.tsx';
import { ImageItem } from './ImageItem.tsx';
import { UnfinishedCard } from './UnfinishedCard.tsx';

/** The folders with images, what is in them, and what can be done with it. */
export function LibraryScreen() {
  const { t } = useTranslation();
  const { listings, error, load, addFolder } = useLibrary();
  const [refused, setRefused] = useState<PlainError | null>(null);
  const [search, setSearch] = useState('');
  useEffect(() => {
    void load();
  }, [load]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[role="dialog"], [role="alertdialog"]')) goHome();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const add = async () => {
    try {
      setRefused(null);
      if (await addFolder() !== null) await load();
    } catch (thrown) {
      setRefused(toPlainError(thrown));
    }
  };
  const images = allImages(listings);
  const shown = matching(images, search);
  const { first, rest, showMore } = useFirst(shown, search);
  const unfinished = (listings ?? []).flatMap((listing) => listing.unfinished);
  const faulty = (listings ?? []).flatMap((listing) => listing.faulty);
  return (
    <main className="home">
      <div className="home-inner library">
        <div className="library-top">
          <StepHeading lead={t('wizard:library.lead')}>{t('wizard:library.title')}</StepHeading>
          <Button onPress={goHome}><Icon name="back" size={20} />{t('wizard:home')}</Button>
        </div>
        {(refused ?? error) && <ErrorNotice error={(refused ?? error)!} />}
        {listings === null && !error && <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('wizard:library.looking')}</p>}
        {listings?.length === 0 && (
          <div className="empty">
            <Icon name="library" size={44} />
            <strong>{t('wizard:capture.no-folder')}</strong>
            <p>{t('wizard:capture.no-folder-text')}</p>
            <Button kind="primary" onPress={() => void add()}><Icon name="folder" />{t('wizard:practice.choose-folder')}</Button>
          </div>
        )}
        {listings !== null && listings.length > 0 && (
          <>
            {unfinished.map((capture) => <UnfinishedCard key={capture.path} capture={capture} />)}
            {faulty.map((file) => <FaultyCard key={file.path} path={file.path} error={file.error} />)}
            <section className="library-images" aria-labelledby="library-images">
              <h2 id="library-images" role="status">{t('wizard:library.count', { count: shown.length })}</h2>
              {images.length > 3 && <TextInput label={t('wizard:library.search')} value={search} onChange={setSearch} />}
              {images.length === 0 && <div className="empty"><Icon name="image" size={44} /><strong>{t('wizard:library.empty')}</strong><p>{t('wizard:library.empty-text')}</p></div>}
              <ul className="library-list">
                {first.map((image) => <ImageItem key={image.path} image={image} images={images} />)}
              </ul>
              <ShowMore rest={rest} onPress={showMore} />
            </section>
            <Folders listings={listings} onAdd={() => void add()} />
          </>
        )}
      </div>
    </main>
  );
}

function Folders({ listings, onAdd }: { listings: readonly LibraryListing[]; onAdd: () => void }) {
  const { t, i18n } = useTranslation();
  const removeFolder = useLibrary((state) => state.removeFolder);
  return (
    <section className="panel" aria-labelledby="library-folders">
      <h2 id="library-folders">{t('wizard:library.folders')}</h2>
      <ul className="library-folders">
        {listings.map(({ path, freeBytes, error }, index) => (
          <li key={path}>
            <Icon name="folder" />
            <span className="folder-text">
              <span className="mono">{path}</span>
              <span className="folder-facts">
                {index === 0 && <span className="badge">{t('wizard:library.first')}</span>}
                {!error && (freeBytes === null ? t('wizard:capture.free-unknown') : t('wizard:capture.free', { size: formatBytes(i18n.language, freeBytes) }))}
              </span>
              {error && <ErrorNotice error={error} />}
            </span>
            <Button kind="quiet" aria-label={t('wizard:library.act-of', { act: t('wizard:library.remove'), name: path })} onPress={() => void removeFolder(path).catch(() => undefined)}>{t('wizard:library.remove')}</Button>
          </li>
        ))}
      </ul>
      <div className="row"><Button onPress={onAdd}><Icon name="plus" size={20} />{t('wizard:capture.add-folder')}</Button></div>
    </section>
  );
}
