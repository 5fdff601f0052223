import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConvertFormat, LibraryImage } from '../../contract/index.ts';
import { call } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Checkbox } from '../components/Checkbox.tsx';
import { Icon } from '../components/Icon.tsx';
import { RadioCards } from '../components/RadioCards.tsx';
import { TextInput } from '../components/TextInput.tsx';
import { fileName, folderOf, inFolder } from '../formatting/paths.ts';
import { convertImage } from '../stores/library.ts';
import { LibraryDialog } from './LibraryDialog.tsx';

const EXTENSIONS: Readonly<Record<ConvertFormat, string>> = { raw: '.img', vhd: '.vhd', vhdx: '.vhdx', vmdk: '.vmdk' };
const FORMATS = Object.keys(EXTENSIONS) as ConvertFormat[];

const stem = (path: string): string => path.replace(/\.(qcow2|img|vhdx?|vmdk)$/i, '');

/** The disk of an image as a file for another program. */
export function ConvertDialog({ image, onClose }: { image: LibraryImage; onClose: () => void }) {
  const { t } = useTranslation();
  const [format, setFormat] = useState<ConvertFormat>('vhdx');
  const [destination, setDestination] = useState(inFolder(folderOf(image.path), `${stem(image.name)}.vhdx`));
  const [overwrite, setOverwrite] = useState(false);
  const choose = async () => {
    const chosen = await call('dialog.destination', { suggested: fileName(destination) }).catch(() => null);
    if (chosen !== null) setDestination(chosen);
  };
  return (
    <LibraryDialog
      title={t('wizard:library.convert-title', { name: image.name })}
      act={t('wizard:library.convert-act')}
      ready={destination.trim() !== ''}
      onAct={() => convertImage(image.path, destination.trim(), format, overwrite)}
      onClose={onClose}
      onRefused={(error) => error.code === 'destination-exists' && (
        <Checkbox isSelected={overwrite} onChange={setOverwrite}>{t('wizard:read.overwrite', { path: destination })}</Checkbox>
      )}
    >
      <RadioCards
        small
        label={t('wizard:read.format')}
        value={format}
        onChange={(chosen) => {
          setFormat(chosen);
          setDestination(`${stem(destination)}${EXTENSIONS[chosen]}`);
          setOverwrite(false);
        }}
        options={FORMATS.map((name) => ({ value: name, name: t(`wizard:library.format-${name}`), text: t(`wizard:library.format-${name}-text`) }))}
      />
      <TextInput label={t('wizard:library.convert-to')} value={destination} onChange={setDestination} />
      <div className="row"><Button onPress={() => void choose()}><Icon name="folder" size={20} />{t('wizard:read.choose')}</Button></div>
    </LibraryDialog>
  );
}
