import { useTranslation } from 'react-i18next';
import { DriverFields } from '../../components/DriverFields.tsx';
import { Select } from '../../components/Select.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { systemAsked, useDrivers } from '../../stores/drivers.ts';

/** What PCs of today start; the others are for the command line. */
const ARCHITECTURES = ['stick', 'amd64', 'arm64', 'x86'] as const;

/** The driver store, looked through once more. */
export function DriversFoldersStep() {
  const { t } = useTranslation();
  const { disk, architecture, setOptions } = useDrivers();
  return (
    <>
      <StepHeading lead={t('drivers:folders.lead')}>{t('drivers:folders.title')}</StepHeading>
      <div className="panel">
        <Select
          label={t('drivers:folders.architecture')}
          value={architecture}
          onChange={(value) => setOptions({ architecture: value })}
          options={ARCHITECTURES.map((value) => ({ value, name: t(`drivers:architecture.${value}`) }))}
        />
      </div>
      <DriverFields system={systemAsked(architecture)} disk={disk} />
    </>
  );
}
