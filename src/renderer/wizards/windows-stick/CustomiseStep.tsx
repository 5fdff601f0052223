import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Fold } from '../../components/Fold.tsx';
import { Notice, ErrorNotice } from '../../components/Notice.tsx';
import { PathInput } from '../../components/PathInput.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { fileName } from '../../formatting/paths.ts';
import { useCustomising } from '../../stores/customising.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';
import { AnswerForm } from './AnswerForm.tsx';

/** How much of Setup is answered beforehand, and what else goes onto the stick. */
export function CustomiseStep() {
  const { t } = useTranslation();
  const { from, file, autopilot, loadForm, change } = useCustomising();
  const { extraFolder, driverFolder, setOptions } = useWindowsStick();
  useEffect(() => {
    void loadForm();
  }, [loadForm]);
  return (
    <>
      <StepHeading lead={t('windows:customise.lead')}>{t('windows:customise.title')}</StepHeading>
      <RadioCards
        small
        label={t('windows:customise.title')}
        value={from}
        onChange={(value) => change({ from: value })}
        options={(['none', 'form', 'file'] as const).map((value) => ({ value, name: t(`windows:customise.${value}`), text: t(`windows:customise.${value}-text`) }))}
      />
      {from === 'file' && <div className="panel"><PathInput kind="file" label={t('windows:customise.file-path')} value={file} onChange={(path) => change({ file: path })} /></div>}
      {from === 'form' && <AnswerForm />}
      <Preview />
      <Fold title={t('windows:customise.more')} hint={[driverFolder, autopilot, extraFolder].filter(Boolean).map(fileName).join(', ')}>
        <div className="panel">
          <PathInput kind="folder" label={t('windows:customise.drivers')} description={t('windows:customise.drivers-text')} value={driverFolder} onChange={(path) => setOptions({ driverFolder: path })} />
          <PathInput kind="file" label={t('windows:customise.autopilot')} description={t('windows:customise.autopilot-text')} value={autopilot} onChange={(path) => change({ autopilot: path })} />
          <PathInput kind="folder" label={t('windows:customise.folder')} description={t('windows:customise.folder-text')} value={extraFolder} onChange={(path) => setOptions({ extraFolder: path })} />
        </div>
      </Fold>
    </>
  );
}

/** What it comes to: warnings, the files on the stick, and the answer file itself. */
function Preview() {
  const { t } = useTranslation();
  const { preview, previewError } = useCustomising();
  if (previewError) return <ErrorNotice error={previewError} />;
  if (!preview) return null;
  return (
    <>
      {preview.warnings.map(({ code, ...params }) => <Notice key={`${code} ${JSON.stringify(params)}`} kind="warning" announced title={t(`answer-file:warning.${code}`, params)} />)}
      {preview.xml !== null && (
        <Fold title={t('windows:customise.preview')} hint={preview.files.map(({ path }) => fileName(path)).join(', ')}>
          <pre className="xml-preview" tabIndex={0} aria-label={t('windows:customise.preview')}>{preview.xml}</pre>
        </Fold>
      )}
    </>
  );
}
