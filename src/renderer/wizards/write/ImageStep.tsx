import { useTranslation } from 'react-i18next';
import { SourceStep } from '../../components/SourceStep.tsx';
import { useExampleFolder } from '../../stores/settings.ts';
import { useWrite } from '../../stores/write.ts';
import { ImageCard } from './ImageCard.tsx';

/** Which image? A file chosen, dropped or typed, or an address. */
export function ImageStep() {
  const { t } = useTranslation();
  const folder = useExampleFolder();
  const { location, image, imageError, inspecting, setLocation, inspect } = useWrite();
  return (
    <SourceStep
      dialog="dialog.image"
      icon="image"
      texts={{
        title: t('wizard:image.title'), lead: t('wizard:image.lead'), choose: t('wizard:image.choose'), chooseOther: t('wizard:image.choose-other'),
        location: t('wizard:image.location'), example: t('wizard:image.location-example', { folder }), looking: t('wizard:image.looking'), drop: t('wizard:image.drop'), kinds: t('wizard:image.kinds'),
      }}
      location={location}
      inspecting={inspecting}
      error={imageError}
      found={image && <ImageCard image={image} />}
      onLocation={setLocation}
      onInspect={inspect}
      onError={(error) => useWrite.setState({ imageError: error })}
    />
  );
}
