import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disk, PlainError } from '../../../contract/index.ts';
import { errorTexts } from '../../app/i18n.ts';
import { toPlainError } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { formatBytes } from '../../formatting/numbers.ts';
import { destinationOf, useCapture } from '../../stores/capture.ts';
import { useLibrary } from '../../stores/library.ts';
import { Checkbox } from '../../components/Checkbox.tsx';
import { CaptureOptions } from './CaptureOptions.tsx';
import { NameCheck } from './NameCheck.tsx';
import { UnfinishedChoice } from './UnfinishedChoice.tsx';

/** Where the image goes and what it is called. */
export function DestinationStep({ disk }: { disk: Disk | undefined }) {
  const { t } = useTranslation();
  const state = useCapture();
  return (
    <>
      <StepHeading lead={t('wizard:capture.destination-lead')}>{t('wizard:read.title')}</StepHeading>
      <FolderChoice disk={disk} />
      <section className="panel" aria-labelledby="capture-name">
        <h2 id="capture-name">{t('wizard:capture.name-title')}</h2>
        <div className="field-pair">
          <TextInput label={t('wizard:capture.purpose')} description={t('wizard:capture.purpose-text')} value={state.purpose} onChange={state.setPurpose} maxLength={60} />
          <TextInput label={t('wizard:capture.description')} description={t('wizard:capture.description-text')} value={state.description} onChange={(description) => state.setOptions({ description })} maxLength={2000} />
        </div>
        <TextInput
          mono
          label={t('wizard:capture.name')}
          description={state.folder !== '' && state.name.trim() !== '' && <span className="mono">{destinationOf(state)}</span>}
          value={state.name}
          onChange={state.setName}
          maxLength={200}
        />
        {state.nameError && <ErrorNotice error={state.nameError} />}
        <NameCheck />
        <Checkbox isSelected={state.manyMachines} onChange={state.setManyMachines}>
          {t('wizard:capture.many')}<span className="confirmation-why">{t('wizard:capture.many-text')}</span>
        </Checkbox>
      </section>
      <UnfinishedChoice />
      <CaptureOptions disk={disk} />
    </>
  );
}

/** The folders of the library, how much room is in each, and one more. */
function FolderChoice({ disk }: { disk: Disk | undefined }) {
  const { t, i18n } = useTranslation();
  const { folder, chooseFolder } = useCapture();
  const { folders, error, loadFolders, addFolder } = useLibrary();
  const [refused, setRefused] = useState<PlainError | null>(null);
  useEffect(() => {
    void loadFolders();
  }, [loadFolders]);
  // The first folder that can take it is where new images go.
  const usable = folders?.filter((found) => found.error === null && !(disk && found.disks.includes(disk.id)));
  const first = usable?.[0]?.path;
  const known = folders?.some(({ path }) => path === folder) ?? true;
  useEffect(() => {
    const { folder: chosen } = useCapture.getState();
    const stands = chosen !== '' && (usable?.some(({ path }) => path === chosen) ?? true);
    if (!stands && first !== undefined) chooseFolder(first);
    else if (chosen !== '') void useCapture.getState().suggest();
    // Looked at again when the folders are known, not with every key typed into the name.
  }, [first]);

  const add = async () => {
    try {
      setRefused(null);
      const path = await addFolder();
      if (path !== null) chooseFolder(path);
    } catch (thrown) {
      setRefused(toPlainError(thrown));
    }
  };
  const options = (folders ?? []).map((found) => {
    const onSource = disk !== undefined && found.disks.includes(disk.id);
    return {
      value: found.path,
      name: <span className="mono">{found.path}</span>,
      disabled: onSource || found.error !== null,
      text: found.error
        ? errorTexts(t, found.error).title
        : onSource ? t('wizard:capture.on-source')
        : found.freeBytes === null ? t('wizard:capture.free-unknown') : t('wizard:capture.free', { size: formatBytes(i18n.language, found.freeBytes) }),
    };
  });
  const shown = known || folder === '' ? options : [...options, { value: folder, name: <span className="mono">{folder}</span>, disabled: false, text: t('wizard:capture.free-unknown') }];
  return (
    <>
      {shown.length > 0 && <RadioCards label={t('wizard:capture.folder')} labelled value={folder || null} onChange={chooseFolder} options={shown} />}
      {folders?.length === 0 && folder === '' && (
        <div className="empty">
          <Icon name="library" size={44} />
          <strong>{t('wizard:capture.no-folder')}</strong>
          <p>{t('wizard:capture.no-folder-text')}</p>
          <Button kind="primary" onPress={() => void add()}><Icon name="folder" />{t('wizard:practice.choose-folder')}</Button>
        </div>
      )}
      {shown.length > 0 && <div className="row"><Button onPress={() => void add()}><Icon name="plus" size={20} />{t('wizard:capture.add-folder')}</Button></div>}
      {(refused ?? error) && <ErrorNotice error={(refused ?? error)!} />}
    </>
  );
}
