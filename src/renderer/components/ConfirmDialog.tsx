import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './Button.tsx';

interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly children: ReactNode;
  /** The button that does nothing; it has the focus first. */
  readonly stay: string;
  readonly act: string;
  readonly onAct: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ isOpen, title, children, stay, act, onAct, onClose }: ConfirmDialogProps) {
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{title}</Heading>
          <div className="dialog-text">{children}</div>
          <div className="dialog-actions">
            <Button autoFocus onPress={onClose}>{stay}</Button>
            <Button kind="danger" onPress={() => { onClose(); onAct(); }}>{act}</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
