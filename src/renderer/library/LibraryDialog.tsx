import { useState, type ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { toPlainError } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { FindParent } from '../components/FindParent.tsx';
import { ErrorNotice } from '../components/Notice.tsx';

interface LibraryDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly act: string;
  readonly kind?: 'primary' | 'danger';
  readonly ready?: boolean;
  /** A refusal is shown in the dialog, which then stays. @throws CallError */
  readonly onAct: () => Promise<void>;
  readonly onClose: () => void;
  /** A way out of a refusal. */
  readonly onRefused?: (error: PlainError) => ReactNode;
}

/** Asks something about an image, does it, and shows what stands in the way. */
export function LibraryDialog({ title, children, act, kind = 'primary', ready = true, onAct, onClose, onRefused }: LibraryDialogProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PlainError | null>(null);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await onAct();
      onClose();
    } catch (thrown) {
      setError(toPlainError(thrown));
      setBusy(false);
    }
  };
  return (
    <ModalOverlay className="overlay" isOpen isDismissable={!busy} onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog role={kind === 'danger' ? 'alertdialog' : 'dialog'} className="dialog">
          <form onSubmit={(event) => { event.preventDefault(); if (ready && !busy) void run(); }}>
            <Heading slot="title">{title}</Heading>
            <div className="dialog-text">
              {children}
              {error && <ErrorNotice error={error}><FindParent error={error} onAgain={() => void run()} /></ErrorNotice>}
              {error && onRefused?.(error)}
            </div>
            <div className="dialog-actions">
              <Button autoFocus={kind === 'danger'} onPress={onClose}>{t('wizard:practice.cancel')}</Button>
              {/* Not disabled while busy: it would lose the focus, and Escape with it. */}
              <Button kind={kind} type="submit" isDisabled={!ready}>{act}</Button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
