import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { SourceStep } from '../../components/SourceStep.tsx';
import { useNavigation } from '../../stores/navigation.ts';
import { useExampleFolder } from '../../stores/settings.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';
import { useWrite } from '../../stores/write.ts';
import { EditionChoice } from './EditionChoice.tsx';
import { MediaCard } from './MediaCard.tsx';

/** Which Windows? An ISO chosen, dropped or typed, or an address. */
export function IsoStep() {
  const { t } = useTranslation();
  const folder = useExampleFolder();
  const { location, media, mediaError, inspecting, firmware, setLocation, setOptions, inspect } = useWindowsStick();
  return (
    <>
      <SourceStep
        dialog="dialog.image"
        icon="windows"
        texts={{
          title: t('windows:iso.title'), lead: t('windows:iso.lead'), choose: t('windows:iso.choose'), chooseOther: t('wizard:image.choose-other'),
          location: t('wizard:image.location'), example: `${folder}Win11_25H2_Dutch_x64.iso`, looking: t('windows:iso.looking'), drop: t('windows:iso.drop'), kinds: t('windows:iso.kinds'),
        }}
        location={location}
        inspecting={inspecting}
        error={mediaError}
        found={media && <MediaCard media={media} />}
        onLocation={setLocation}
        onInspect={inspect}
        onError={(error) => useWindowsStick.setState({ mediaError: error })}
        wayOut={mediaError?.code === 'windows-media-unknown' && <ToWriting location={location} />}
      />
      {media && (
        <RadioCards
          labelled
          small
          label={t('windows:firmware.label')}
          value={firmware}
          onChange={(value) => setOptions({ firmware: value })}
          options={(['uefi', 'bios', 'both'] as const).map((value) => ({
            value, name: t(`windows:firmware.${value}`), text: t(`windows:firmware.${value}-text`),
            disabled: (value !== 'uefi' && !media.bios) || (value === 'both' && media.uefi.length === 0),
          }))}
        />
      )}
      {media && <EditionChoice media={media} />}
    </>
  );
}

/** Where an image belongs that is no Windows. */
function ToWriting({ location }: { location: string }) {
  const { t } = useTranslation();
  const go = () => {
    const wizard = useWrite.getState();
    wizard.restart(false);
    void wizard.inspect(location);
    useNavigation.getState().go({ name: 'write' });
  };
  return <Button kind="primary" onPress={go}><Icon name="write" size={20} />{t('app:home.write.title')}</Button>;
}
