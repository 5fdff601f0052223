import { useTranslation } from 'react-i18next';
import { call, toPlainError } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useWrite } from '../../stores/write.ts';
import { ImageCard } from './ImageCard.tsx';

/** Which image? A file chosen, dropped or typed, or an address. */
export function ImageStep() {
  const { t } = useTranslation();
  const { location, image, imageError, inspecting, setLocation, inspect } = useWrite();

  const chooseFile = async () => {
    try {
      const chosen = await call('dialog.image', null);
      if (chosen !== null) await inspect(chosen);
    } catch (thrown) {
      useWrite.setState({ imageError: toPlainError(thrown) });
    }
  };

  return (
    <>
      <StepHeading lead={t('wizard:image.lead')}>{t('wizard:image.title')}</StepHeading>
      <div className="image-source">
        <Button kind={image ? 'plain' : 'primary'} className="image-choose" onPress={() => void chooseFile()}>
          <Icon name="folder" />{t(image ? 'wizard:image.choose-other' : 'wizard:image.choose')}
        </Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput label={t('wizard:image.location')} value={location} onChange={setLocation} placeholder={t('wizard:image.location-example')} />
          <Button isDisabled={location.trim() === '' || inspecting || image !== null} onPress={() => void inspect(location)}>{t('wizard:image.look')}</Button>
        </div>
      </div>
      <div aria-live="polite">
        {inspecting && <p className="busy"><span className="spinner" aria-hidden="true" />{t('wizard:image.looking')}</p>}
        {imageError && <ErrorNotice error={imageError} />}
        {image && <ImageCard image={image} />}
        {!image && !imageError && !inspecting && (
          <div className="drop-hint">
            <Icon name="image" size={44} />
            <strong>{t('wizard:image.drop')}</strong>
            <span>{t('wizard:image.kinds')}</span>
          </div>
        )}
      </div>
    </>
  );
}
