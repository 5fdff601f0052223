import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Checkbox } from '../../components/Checkbox.tsx';
import { chooseAndLook, ChooseOther } from '../../components/ChooseFile.tsx';
import { Fold } from '../../components/Fold.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { PathInput } from '../../components/PathInput.tsx';
import { Select } from '../../components/Select.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { TextLines } from '../../components/TextLines.tsx';
import { useExampleFolder } from '../../stores/settings.ts';
import { useWinpe } from '../../stores/winpe.ts';

/** MB; empty leaves it as it is. */
const SCRATCH_SIZES = ['', '32', '64', '128', '256', '512'] as const;
type ScratchSize = (typeof SCRATCH_SIZES)[number];

/** Where WinPE comes from: an ISO, or a folder such as the one of the ADK. */
export function WinpeSourceStep() {
  const { t } = useTranslation();
  const { location, image, imageError, inspecting, setLocation, inspect } = useWinpe();
  const folder = useExampleFolder();
  // The ADK is installed on Windows alone.
  const example = folder.startsWith('/') ? `${folder}Win11_25H2_Dutch_x64.iso` : String.raw`C:\Program Files (x86)\Windows Kits\10\…\Windows Preinstallation Environment\amd64`;
  const choose = (dialog: 'dialog.file' | 'dialog.folder') => void chooseAndLook(dialog, inspect, (error) => useWinpe.setState({ imageError: error }));
  return (
    <>
      <StepHeading lead={t('winpe:source.lead')}>{t('winpe:source.title')}</StepHeading>
      <div className="row">
        <Button kind={image ? 'plain' : 'primary'} onPress={() => choose('dialog.file')}><Icon name="image" size={20} />{t('windows:iso.choose')}</Button>
        <Button onPress={() => choose('dialog.folder')}><Icon name="folder" size={20} />{t('winpe:source.choose-folder')}</Button>
      </div>
      <div className="image-typed">
        <TextInput label={t('winpe:source.location')} value={location} onChange={setLocation} placeholder={example} />
        <Button isDisabled={location.trim() === '' || inspecting || image !== null} onPress={() => void inspect(location)}>{t('wizard:image.look')}</Button>
      </div>
      <div aria-live="polite">
        {inspecting && <p className="busy"><span className="spinner" aria-hidden="true" />{t('winpe:source.looking')}</p>}
        {imageError && <ErrorNotice error={imageError}><ChooseOther onChoose={() => choose('dialog.file')} /><ChooseOther label={t('iso:folder.choose-other')} onChoose={() => choose('dialog.folder')} /></ErrorNotice>}
        {image && (
          <section className="panel image-card" aria-label={t('winpe:source.found')}>
            <div className="image-head">
              <span className="disk-row-icon"><Icon name="windows" size={30} /></span>
              <div>
                <h2>{image.system || image.name}</h2>
                <p className="mono">{image.location}</p>
              </div>
            </div>
            <dl className="facts">
              <div><dt>{t('windows:media.build')}</dt><dd>{image.version || t('winpe:source.untold')}</dd></div>
              <div><dt>{t('windows:media.architecture')}</dt><dd>{image.architecture || t('winpe:source.untold')}</dd></div>
            </dl>
          </section>
        )}
        {!image && !imageError && !inspecting && (
          <div className="drop-hint">
            <Icon name="windows" size={44} />
            <strong>{t('winpe:source.drop')}</strong>
            <span>{t('winpe:source.kinds')}</span>
          </div>
        )}
      </div>
      {image && <Options />}
    </>
  );
}

/** How WinPE starts, and what else it gets. */
function Options() {
  const { t } = useTranslation();
  const state = useWinpe();
  const { keyboard, region, language, systemLocale, timeZone, commands, toolsFolder, extraFolder, newLoaders, scratchMiB, setOptions } = state;
  const filled = [keyboard, region, language, systemLocale, timeZone, commands.length, toolsFolder, extraFolder, newLoaders, scratchMiB].filter(Boolean).length;
  return (
    <Fold title={t('winpe:options.title')} hint={filled > 0 ? t('winpe:options.filled', { count: filled }) : t('winpe:options.as-is')}>
      <div className="panel">
        <div className="field-pair">
          <TextInput mono label={t('winpe:options.keyboard')} placeholder="0413:00020409" value={keyboard} onChange={(text) => setOptions({ keyboard: text })} />
          <TextInput mono label={t('winpe:options.region')} placeholder="nl-NL" value={region} onChange={(text) => setOptions({ region: text })} />
          <TextInput mono label={t('winpe:options.language')} description={t('winpe:options.language-text')} placeholder="nl-NL" value={language} onChange={(text) => setOptions({ language: text })} />
          <TextInput mono label={t('winpe:options.system-locale')} description={t('winpe:options.system-locale-text')} placeholder="nl-NL" value={systemLocale} onChange={(text) => setOptions({ systemLocale: text })} />
          <TextInput mono label={t('winpe:options.time-zone')} description={t('winpe:options.time-zone-text')} placeholder="W. Europe Standard Time" value={timeZone} onChange={(text) => setOptions({ timeZone: text })} />
          <Select
            label={t('winpe:options.scratch')}
            description={t('winpe:options.scratch-text')}
            value={String(scratchMiB ?? '') as ScratchSize}
            options={SCRATCH_SIZES.map((value) => ({ value, name: value ? t('winpe:options.scratch-size', { size: value }) : t('winpe:options.as-is') }))}
            onChange={(value) => setOptions({ scratchMiB: value ? Number(value) : null })}
          />
        </div>
        <TextLines label={t('winpe:options.commands')} description={t('winpe:options.commands-text')} value={commands} onChange={(lines) => setOptions({ commands: lines })} />
        <PathInput kind="folder" label={t('winpe:options.tools')} description={t('winpe:options.tools-text')} value={toolsFolder} onChange={(path) => setOptions({ toolsFolder: path })} />
        <PathInput kind="folder" label={t('winpe:options.folder')} description={t('winpe:options.folder-text')} value={extraFolder} onChange={(path) => setOptions({ extraFolder: path })} />
        <Checkbox isSelected={newLoaders} onChange={(on) => setOptions({ newLoaders: on })}>
          {t('winpe:options.new-loaders')}<span className="confirmation-why">{t('winpe:options.new-loaders-text')}</span>
        </Checkbox>
      </div>
    </Fold>
  );
}
