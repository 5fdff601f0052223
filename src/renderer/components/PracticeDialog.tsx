import { useState, type FormEvent } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';
import { formatBytes } from '../formatting/numbers.ts';
import { useDisks } from '../stores/disks.ts';
import { Button } from './Button.tsx';
import { Checkbox } from './Checkbox.tsx';
import { ErrorNotice } from './Notice.tsx';
import { Segmented } from './Segmented.tsx';
import { TextInput } from './TextInput.tsx';

/** Sizes of real sticks; the files are sparse and take what is written to them. */
const SIZES = ['256000000', '1000000000', '4000000000', '16000000000'] as const;

export function PracticeDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (disk: string) => void }) {
  const { t, i18n } = useTranslation();
  const taken = useDisks((state) => state.disks?.filter((disk) => disk.practice).length ?? 0);
  const [name, setName] = useState(t('wizard:practice.name-default', { number: taken + 1 }));
  const [size, setSize] = useState<(typeof SIZES)[number]>('1000000000');
  const [sample, setSample] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PlainError | null>(null);

  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || name.trim() === '') return;
    setBusy(true);
    setError(null);
    try {
      const disk = await useDisks.getState().createPractice(name.trim(), Number(size), sample);
      onCreated(disk.id);
      onClose();
    } catch (thrown) {
      setError(toPlainError(thrown));
      setBusy(false);
    }
  };

  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <form onSubmit={(event) => void create(event)}>
            <Heading slot="title">{t('wizard:practice.dialog-title')}</Heading>
            <div className="dialog-text">
              <p>{t('wizard:practice.text')}</p>
              <TextInput label={t('wizard:practice.name')} value={name} onChange={setName} maxLength={40} autoFocus />
              <div className="field">
                <span className="field-label">{t('wizard:practice.size')}</span>
                <Segmented
                  label={t('wizard:practice.size')}
                  value={size}
                  onChange={setSize}
                  options={SIZES.map((bytes) => ({ value: bytes, name: formatBytes(i18n.language, Number(bytes)), shown: formatBytes(i18n.language, Number(bytes)) }))}
                />
              </div>
              <Checkbox isSelected={sample} onChange={setSample}>{t('wizard:practice.sample')}</Checkbox>
              {error && <ErrorNotice error={error} />}
            </div>
            <div className="dialog-actions">
              <Button onPress={onClose}>{t('wizard:practice.cancel')}</Button>
              <Button kind="primary" type="submit" isDisabled={busy || name.trim() === ''}>{t('wizard:practice.create-act')}</Button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
