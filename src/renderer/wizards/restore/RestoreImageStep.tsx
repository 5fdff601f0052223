import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { call, toPlainError } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { formatBytes, formatMoment } from '../../formatting/numbers.ts';
import { allImages, useLibrary } from '../../stores/library.ts';
import { useRestore } from '../../stores/restore.ts';
import { DiskImageCard } from './DiskImageCard.tsx';

/** Which image? One of the library, or any other that holds a disk: a file, a folder, dropped or typed. */
export function RestoreImageStep() {
  const { t, i18n } = useTranslation();
  const { location, image, imageError, inspecting, setLocation, describe } = useRestore();
  const { listings, load } = useLibrary();
  useEffect(() => {
    void load();
  }, [load]);

  const choose = async (dialog: 'dialog.image' | 'dialog.folder') => {
    try {
      const chosen = await call(dialog, null);
      if (chosen !== null) await describe(chosen);
    } catch (thrown) {
      useRestore.setState({ imageError: toPlainError(thrown) });
    }
  };
  const images = allImages(listings);

  return (
    <>
      <StepHeading lead={t('wizard:restore.image-lead')}>{t('wizard:image.title')}</StepHeading>
      <div className="image-source image-source-two">
        <div className="row">
          <Button className="image-choose" onPress={() => void choose('dialog.image')}><Icon name="folder" />{t(image ? 'wizard:image.choose-other' : 'wizard:image.choose')}</Button>
        </div>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput label={t('wizard:restore.path')} value={location} onChange={setLocation} />
          <Button isDisabled={location.trim() === '' || inspecting || image !== null} onPress={() => void describe(location)}>{t('wizard:image.look')}</Button>
        </div>
      </div>
      <div aria-live="polite">
        {inspecting && <p className="busy"><span className="spinner" aria-hidden="true" />{t('wizard:image.looking')}</p>}
        {imageError && <ErrorNotice error={imageError} />}
        {image && <DiskImageCard image={image} />}
      </div>
      {image && images.length > 0 && <div className="row"><Button onPress={() => setLocation('')}><Icon name="back" size={20} />{t('wizard:restore.another')}</Button></div>}
      {!image && !inspecting && images.length > 0 && (
        <section aria-labelledby="from-library" className="library-pick">
          <h2 id="from-library">{t('wizard:restore.from-library')}</h2>
          <ul>
            {images.map(({ path, name, identity, parent, size }) => (
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
        </section>
      )}
      {!image && !inspecting && (
        <div className="drop-hint drop-hint-small">
          <strong>{t('wizard:image.drop')}</strong>
          <span>{t('wizard:restore.kinds')}</span>
          <Button onPress={() => void choose('dialog.folder')}><Icon name="folder" />{t('wizard:restore.choose-folder')}</Button>
        </div>
      )}
    </>
  );
}
