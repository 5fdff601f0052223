import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { chooseAndLook, ChooseOther } from '../../components/ChooseFile.tsx';
import { FindParent } from '../../components/FindParent.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { ShowMore, useFirst } from '../../components/ShowMore.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { formatBytes, formatMoment } from '../../formatting/numbers.ts';
import { allImages, matching, useLibrary } from '../../stores/library.ts';
import { useRestore } from '../../stores/restore.ts';
import { DiskImageCard } from './DiskImageCard.tsx';

/** So many are found without searching. */
const FEW = 6;

/** Which image? One of the library, or any other that holds a disk: a file, a folder, dropped or typed. */
export function RestoreImageStep() {
  const { t, i18n } = useTranslation();
  const { location, image, imageError, inspecting, setLocation, describe } = useRestore();
  const { listings, load } = useLibrary();
  useEffect(() => {
    void load();
  }, [load]);

  const choose = (dialog: 'dialog.image' | 'dialog.folder') => void chooseAndLook(dialog, describe, (error) => useRestore.setState({ imageError: error }));
  const [search, setSearch] = useState('');
  const images = allImages(listings);
  const found = matching(images, search);
  const { first, rest, showMore } = useFirst(found, search);

  return (
    <>
      <StepHeading lead={t('wizard:restore.image-lead')}>{t('wizard:image.title')}</StepHeading>
      <div className="image-source image-source-two">
        <div className="row">
          <Button className="image-choose" onPress={() => choose('dialog.image')}><Icon name="folder" />{t(image ? 'wizard:image.choose-other' : 'wizard:image.choose')}</Button>
        </div>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput label={t('wizard:restore.path')} value={location} onChange={setLocation} />
          <Button isDisabled={location.trim() === '' || inspecting || image !== null} onPress={() => void describe(location)}>{t('wizard:image.look')}</Button>
        </div>
      </div>
      <div aria-live="polite">
        {inspecting && <p className="busy"><span className="spinner" aria-hidden="true" />{t('wizard:image.looking')}</p>}
        {imageError && (
          <ErrorNotice error={imageError}>
            <FindParent error={imageError} onAgain={() => void describe(location)} />
            <ChooseOther onChoose={() => choose('dialog.image')} />
          </ErrorNotice>
        )}
        {image && <DiskImageCard image={image} />}
      </div>
      {image && images.length > 0 && <div className="row"><Button onPress={() => setLocation('')}><Icon name="back" size={20} />{t('wizard:restore.another')}</Button></div>}
      {!image && !inspecting && images.length > 0 && (
        <section aria-labelledby="from-library" className="library-pick">
          <h2 id="from-library">{t('wizard:restore.from-library')}</h2>
          {images.length > FEW && <TextInput label={t('wizard:library.search')} value={search} onChange={setSearch} />}
          {search !== '' && <p className="disc-found" role="status">{t('wizard:library.count', { count: found.length })}</p>}
          <ul>
            {first.map(({ path, name, identity, parent, size }) => (
              <li key={path}>
                <Button kind="card" className="choice" onPress={() => void describe(path)}>
                  <span className="disk-row-icon"><Icon name={parent ? 'link' : 'image'} size={26} /></span>
                  <span className="choice-text">
                    <strong>{name}</strong>
                    <span>{[identity.source.machine || identity.source.model, identity.source.system, formatMoment(i18n.language, identity.createdAt), formatBytes(i18n.language, size)].filter(Boolean).join(' · ')}</span>
                  </span>
                  <Icon name="forward" size={20} />
                </Button>
              </li>
            ))}
          </ul>
          <ShowMore rest={rest} onPress={showMore} />
        </section>
      )}
      {!image && !inspecting && (
        <div className="drop-hint drop-hint-small">
          <strong>{t('wizard:image.drop')}</strong>
          <span>{t('wizard:restore.kinds')}</span>
          <Button onPress={() => choose('dialog.folder')}><Icon name="folder" />{t('wizard:restore.choose-folder')}</Button>
        </div>
      )}
    </>
  );
}
