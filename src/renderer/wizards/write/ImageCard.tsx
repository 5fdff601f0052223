import { useTranslation } from 'react-i18next';
import type { ImageInfo } from '../../../contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { Bytes } from '../../components/Bytes.tsx';
import { chooseAndLook, ChooseOther } from '../../components/ChooseFile.tsx';
import { DiskBar } from '../../components/DiskBar.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice, Notice } from '../../components/Notice.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { ALGORITHM_NAMES, readTypedChecksum } from '../../formatting/checksum.ts';
import { formatBytes } from '../../formatting/numbers.ts';
import { useNavigation } from '../../stores/navigation.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';
import { refusalOf, useWrite } from '../../stores/write.ts';

/** Why the image is not written, or nothing; and what it is, in words and drawn. */
export function ImageCard({ image }: { image: ImageInfo }) {
  const { t, i18n } = useTranslation();
  const inspect = useWrite((state) => state.inspect);
  const refusal = refusalOf(image);
  return (
    <section className="panel image-card" aria-labelledby="image-name">
      <div className="image-head">
        <span className="disk-row-icon"><Icon name="image" size={30} /></span>
        <div>
          <h2 id="image-name">{image.name}</h2>
          <p>{[t(`jobs:image.${image.kind}`), image.label && `“${image.label}”`].filter(Boolean).join(' · ')}</p>
        </div>
      </div>
      {refusal && (
        <ErrorNotice error={refusal}>
          {image.kind === 'windows-iso' && <ToWindowsStick location={image.location} />}
          <ChooseOther onChoose={() => void chooseAndLook('dialog.image', inspect, (imageError) => useWrite.setState({ imageError }))} />
        </ErrorNotice>
      )}
      <dl className="facts">
        <div>
          <dt>{t('wizard:image.size')}</dt>
          <dd>{image.size === null ? t('wizard:image.size-unknown') : <Bytes value={image.size} exact />}</dd>
        </div>
        <div>
          <dt>{t('wizard:image.packing')}</dt>
          <dd>
            {image.chain.length === 0 ? t('wizard:image.not-packed') : image.chain.join(' → ')}
            {image.chain.length > 0 && image.storedSize !== null && ` · ${t('wizard:image.stored', { size: formatBytes(i18n.language, image.storedSize) })}`}
          </dd>
        </div>
        {image.mappedBytes !== null && (
          <div>
            <dt>{t('wizard:image.map')}</dt>
            <dd>{t('wizard:image.mapped', { size: formatBytes(i18n.language, image.mappedBytes) })}</dd>
          </div>
        )}
      </dl>
      {image.size !== null && image.size > 0 && image.table !== 'none' && <DiskBar size={image.size} partitions={image.partitions} table={image.table} />}
      {!refusal && <ChecksumField image={image} />}
      {image.kind === 'unknown' && <Notice kind="warning" title={t('wizard:image.unknown')}><p>{t('wizard:image.unknown-text')}</p></Notice>}
    </section>
  );
}

/** Where a Windows ISO belongs. */
function ToWindowsStick({ location }: { location: string }) {
  const { t } = useTranslation();
  const go = () => {
    const wizard = useWindowsStick.getState();
    wizard.restart(false);
    void wizard.inspect(location);
    useNavigation.getState().go({ name: 'windows-stick' });
  };
  return <Button kind="primary" onPress={go}><Icon name="windows" size={20} />{t('app:home.windows-stick.title')}</Button>;
}

/** The checksum found beside the image, and room to type another. */
function ChecksumField({ image }: { image: ImageInfo }) {
  const { t } = useTranslation();
  const typed = useWrite((state) => state.checksum);
  const setChecksum = useWrite((state) => state.setChecksum);
  const read = readTypedChecksum(typed);
  return (
    <div className="checksum">
      {image.expected.map((checksum) => (
        <p key={`${checksum.algorithm} ${checksum.hex}`} className="checksum-found">
          <Icon name="shield" size={22} />
          <span>
            {t('wizard:checksum.found', { algorithm: ALGORITHM_NAMES[checksum.algorithm], from: checksum.from ?? '' })}
            <span className="mono checksum-hex">{checksum.hex}</span>
          </span>
        </p>
      ))}
      <TextInput
        mono
        label={t(image.expected.length > 0 ? 'wizard:checksum.other' : 'wizard:checksum.label')}
        description={read.kind === 'valid' ? t('wizard:checksum.valid', { algorithm: ALGORITHM_NAMES[read.algorithm] }) : t('wizard:checksum.description')}
        error={read.kind === 'invalid' ? t('wizard:checksum.invalid', { count: read.digits }) : undefined}
        value={typed}
        onChange={setChecksum}
      />
    </div>
  );
}
