import { useTranslation } from 'react-i18next';
import { Bytes } from '../../components/Bytes.tsx';
import { SaveAs } from '../../components/SaveAs.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useIso } from '../../stores/iso.ts';

/** Where the ISO goes. */
export function IsoDestinationStep() {
  const { t } = useTranslation();
  const { found, label, destination, setOptions } = useIso();
  return (
    <>
      <StepHeading lead={t('iso:destination.lead')}>{t('iso:destination.title')}</StepHeading>
      <SaveAs
        label={t('iso:destination.path')}
        suggested={`${fileStem(label || found?.label || 'disc')}.iso`}
        value={destination}
        description={found && <>{t('iso:destination.room')} <Bytes value={found.size} /></>}
        onChange={(path) => setOptions({ destination: path, overwrite: false })}
      />
    </>
  );
}

/** A label as a file name that every system takes. */
const fileStem = (label: string): string => label.trim().replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'disc';
