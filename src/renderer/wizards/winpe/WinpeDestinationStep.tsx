import { useTranslation } from 'react-i18next';
import { Checkbox } from '../../components/Checkbox.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { SaveAs } from '../../components/SaveAs.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TargetDisksStep } from '../../components/TargetDisksStep.tsx';
import { useChosenDisks } from '../../stores/disks.ts';
import { useWinpe } from '../../stores/winpe.ts';

/** Sticks or an ISO, and which. The plan says to the byte whether all fits. */
export function WinpeDestinationStep() {
  const { t } = useTranslation();
  const { output, firmware, disks, choose, setOptions } = useWinpe();
  const chosen = useChosenDisks(disks).map(({ id }) => id);
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
          <TargetDisksStep within chosen={chosen} onChoose={choose} problemOf={() => undefined} />
        </>
      )}
    </>
  );
}

function IsoFile() {
  const { t } = useTranslation();
  const { isoPath, hybrid, image, setOptions } = useWinpe();
  return (
    <>
      <SaveAs
        label={t('iso:destination.path')}
        suggested={`winpe-${image?.architecture || 'x64'}.iso`}
        value={isoPath}
        onChange={(path) => setOptions({ isoPath: path, overwrite: false })}
      />
      <Checkbox isSelected={hybrid} onChange={(on) => setOptions({ hybrid: on })}>{t('winpe:output.hybrid')}<span className="confirmation-why">{t('winpe:output.hybrid-text')}</span></Checkbox>
    </>
  );
}
