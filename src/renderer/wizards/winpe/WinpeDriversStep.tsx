import { useTranslation } from 'react-i18next';
import { DriverFields } from '../../components/DriverFields.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { driverSystem } from '../../../contract/index.ts';
import { useDriverChoice } from '../../stores/driver-choice.ts';
import { useWinpe } from '../../stores/winpe.ts';

/** Which drivers go along. */
export function WinpeDriversStep() {
  const { t } = useTranslation();
  const { image, driversIn, setOptions } = useWinpe();
  const some = useDriverChoice(({ choice }) => (choice?.chosen.length ?? 0) > 0);
  return (
    <>
      <StepHeading lead={t('winpe:drivers.lead')}>{t('winpe:drivers.title')}</StepHeading>
      <DriverFields system={driverSystem(image ?? undefined)} />
      {some && (
        <RadioCards
          labelled
          small
          label={t('winpe:drivers.where')}
          value={driversIn}
          onChange={(value) => setOptions({ driversIn: value })}
          options={(['medium', 'image'] as const).map((value) => ({ value, name: t(`winpe:drivers.${value}`), text: t(`winpe:drivers.${value}-text`) }))}
        />
      )}
    </>
  );
}
