import { useTranslation } from 'react-i18next';
import { Bytes } from '../../components/Bytes.tsx';
import { Icon } from '../../components/Icon.tsx';
import { LeftOutList } from '../../components/LeftOutList.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { SourceStep } from '../../components/SourceStep.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { fileName } from '../../formatting/paths.ts';
import { useIso } from '../../stores/iso.ts';
import { useExampleFolder } from '../../stores/settings.ts';
import { NamesBox } from './NamesBox.tsx';

/** ISO 9660 keeps so many characters of a disc's name. */
const MAX_LABEL = 32;

/** Which folder becomes a disc, and what the disc is called. */
export function IsoFolderStep() {
  const { t } = useTranslation();
  const folder = useExampleFolder();
  const { location, found, folderError, inspecting, setLocation, inspect } = useIso();
  return (
    <SourceStep
      dialog="dialog.folder"
      icon="folder"
      texts={{
        title: t('iso:folder.title'), lead: t('iso:folder.lead'), choose: t('iso:folder.choose'), chooseOther: t('iso:folder.choose-other'),
        location: t('iso:folder.location'), example: t('iso:folder.example', { folder }), looking: t('iso:folder.looking'), drop: t('iso:folder.drop'), kinds: t('iso:folder.kinds'),
      }}
      location={location}
      inspecting={inspecting}
      error={folderError}
      found={found && <FolderCard />}
      onLocation={setLocation}
      onInspect={inspect}
      onError={(error) => useIso.setState({ folderError: error })}
    />
  );
}

function FolderCard() {
  const { t } = useTranslation();
  const { found, label, setOptions } = useIso();
  if (!found) return null;
  const { bios, efi } = found.boot;
  const starts = [bios && t('iso:firmware.bios'), efi && t('iso:firmware.efi')].filter((name) => name !== null);
  return (
    <section className="panel image-card" aria-labelledby="iso-folder">
      <div className="image-head">
        <span className="disk-row-icon"><Icon name="folder" size={30} /></span>
        <div>
          <h2 id="iso-folder">{fileName(found.folder)}</h2>
          <p className="mono">{found.folder}</p>
        </div>
      </div>
      <dl className="facts">
        <div><dt>{t('iso:folder.contents')}</dt><dd>{t('iso:files', { count: found.files })}, <Bytes value={found.bytes} /></dd></div>
        <div><dt>{t('iso:folder.size')}</dt><dd><Bytes value={found.size} /></dd></div>
        <div><dt>{t('iso:folder.starts')}</dt><dd>{starts.length > 0 ? starts.join(', ') : t('iso:folder.starts-nothing')}</dd></div>
      </dl>
      <div className="narrow-field">
        <TextInput label={t('iso:folder.label')} description={t('iso:folder.label-text')} value={label} maxLength={MAX_LABEL} onChange={(text) => setOptions({ label: text })} />
      </div>
      <LeftOutList leftOut={found.leftOut} count={found.leftOutCount} />
      {found.nameError && (
        <>
          <ErrorNotice error={found.nameError} />
          <NamesBox />
        </>
      )}
    </section>
  );
}
