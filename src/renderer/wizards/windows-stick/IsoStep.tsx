import { useTranslation } from 'react-i18next';
import { call, toPlainError } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useWindowsStick } from '../../stores/windows-stick.ts';
import { MediaCard } from './MediaCard.tsx';

/** Which Windows? An ISO chosen, dropped or typed, or an address. */
export function IsoStep() {
  const { t } = useTranslation();
  const { location, media, mediaError, inspecting, firmware, setLocation, setOptions, inspect } = useWindowsStick();
  const choose = async () => {
    try {
      const chosen = await call('dialog.image', null);
      if (chosen !== null) await inspect(chosen);
    } catch (thrown) {
      useWindowsStick.setState({ mediaError: toPlainError(thrown) });
    }
  };
  return (
    <>
      <StepHeading lead={t('windows:iso.lead')}>{t('windows:iso.title')}</StepHeading>
      <div className="image-source">
        <Button kind={media ? 'plain' : 'primary'} className="image-choose" onPress={() => void choose()}>
          <Icon name="folder" />{t(media ? 'wizard:image.choose-other' : 'windows:iso.choose')}
        </Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput label={t('wizard:image.location')} value={location} onChange={setLocation} placeholder="D:\Win11_25H2_Dutch_x64.iso" />
          <Button isDisabled={location.trim() === '' || inspecting || media !== null} onPress={() => void inspect(location)}>{t('wizard:image.look')}</Button>
        </div>
      </div>
      <div aria-live="polite">
        {inspecting && <p className="busy"><span className="spinner" aria-hidden="true" />{t('windows:iso.looking')}</p>}
        {mediaError && <ErrorNotice error={mediaError} />}
        {media && <MediaCard media={media} />}
        {!media && !mediaError && !inspecting && (
          <div className="drop-hint">
            <Icon name="windows" size={44} />
            <strong>{t('windows:iso.drop')}</strong>
            <span>{t('windows:iso.kinds')}</span>
          </div>
        )}
      </div>
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
    </>
  );
}
