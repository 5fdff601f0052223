import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../../contract/index.ts';
import { call, toPlainError } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useWinpe } from '../../stores/winpe.ts';

/** Sticks or an ISO, and which. The plan says to the byte whether all fits. */
export function WinpeDestinationStep() {
  const { t } = useTranslation();
  const { output, firmware, disks, choose, setOptions } = useWinpe();
  return (
    <>
      <StepHeading lead={t('winpe:output.lead')}>{t('winpe:output.title')}</StepHeading>
      <RadioCards
        small
        label={t('winpe:output.title')}
        value={output}
        onChange={(value) => setOptions({ output: value })}
        options={(['sticks', 'iso'] as const).map((value) => ({ value, name: t(`winpe:output.${value}`), text: t(`winpe:output.${value}-text`) }))}
      />
      {output === 'iso' ? <IsoFile /> : (
        <>
          <RadioCards
            labelled
            small
            label={t('windows:firmware.label')}
            value={firmware}
            onChange={(value) => setOptions({ firmware: value })}
            options={(['uefi', 'bios', 'both'] as const).map((value) => ({ value, name: t(`windows:firmware.${value}`), text: t(`windows:firmware.${value}-text`) }))}
          />
          <TargetDisksStep within chosen={disks} onChoose={choose} problemOf={() => undefined} />
        </>
      )}
    </>
  );
}

function IsoFile() {
  const { t } = useTranslation();
  const { isoPath, hybrid, image, setOptions } = useWinpe();
  const [error, setError] = useState<PlainError | null>(null);
  const chooseFile = async () => {
    try {
      setError(null);
      const chosen = await call('dialog.destination', { suggested: `winpe-${image?.architecture || 'x64'}.iso` });
      if (chosen !== null) setOptions({ isoPath: chosen, overwrite: false });
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  return (
    <>
      <div className="image-source">
        <Button kind={isoPath ? 'plain' : 'primary'} className="image-choose" onPress={() => void chooseFile()}><Icon name="folder" />{t('wizard:read.choose')}</Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed"><TextInput label={t('wizard:read.destination')} value={isoPath} onChange={(path) => setOptions({ isoPath: path, overwrite: false })} /></div>
      </div>
      {error && <ErrorNotice error={error} />}
      <Checkbox isSelected={hybrid} onChange={(on) => setOptions({ hybrid: on })}>{t('winpe:output.hybrid')}<span className="confirmation-why">{t('winpe:output.hybrid-text')}</span></Checkbox>
    </>
  );
}
