// Asks once before something that cannot be taken back.
import { useState, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';
import { messageOf } from '../data/failure.ts';

interface ConfirmProps {
  open: boolean;
  title: string;
  /** The verb on the button, such as `Revoke machine`. */
  action: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

/** Stays open and tells the remedy when the action fails. */
export function Confirm({ open, title, action, onConfirm, onClose, children }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const close = () => {
    setFailure(null);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      close();
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog open={open} title={title} onClose={close}>
      {children}
      {failure && <Notice tone="bad">{failure}</Notice>}
      <div className="dialog-actions">
        <Button onClick={close} data-autofocus>
          Cancel
        </Button>
        <Button tone="danger" busy={busy} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
