import { useTranslation } from 'react-i18next';
import { call, toPlainError } from '../../bridge.ts';
import { Button } from '../../components/Button.tsx';
import { Bytes } from '../../components/Bytes.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notice } from '../../components/Notice.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { chosenTotal, useExtract } from '../../stores/extract.ts';

/** Which folder the files go to. */
export function ExtractDestinationStep() {
  const { t } = useTranslation();
  const state = useExtract();
  const { files, bytes } = chosenTotal(state);
  const set = (folder: string) => state.setOptions({ folder, overwrite: false });
  const choose = async () => {
    try {
      const chosen = await call('dialog.folder', null);
      if (chosen !== null) set(chosen);
    } catch (thrown) {
      useExtract.setState({ planError: toPlainError(thrown) });
    }
  };
  return (
    <>
      <StepHeading lead={t('extract:destination.lead')}>{t('extract:destination.title')}</StepHeading>
      <div className="image-source">
        <Button kind={state.folder ? 'plain' : 'primary'} className="image-choose" onPress={() => void choose()}><Icon name="folder" />{t('iso:folder.choose')}</Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput label={t('extract:destination.folder')} description={<>{t('extract:destination.room', { count: files })} <Bytes value={bytes} /></>} value={state.folder} onChange={set} />
        </div>
      </div>
      <Notice kind="info" title={t('extract:destination.inside')}><p>{t('extract:destination.inside-text')}</p></Notice>
    </>
  );
}
