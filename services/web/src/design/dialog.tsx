// A modal over the native <dialog>: focus is kept inside, Escape closes, focus returns to where it was.
import { useEffect, useId, useRef, type MouseEvent, type ReactNode } from 'react';
import { IconButton } from './button.tsx';
import './dialog.css';

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  /** `sheet`: wide, for lists such as the palette; without a visible title. */
  kind?: 'box' | 'sheet' | 'wide';
  children: ReactNode;
}

/** Children exist only while it is open, so that their state begins anew each time. */
export function Dialog({ open, title, onClose, kind = 'box', children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    if (!element || !open) return;
    element.showModal();
    // The browser would choose the close button: the title says more, and a marked part knows better.
    const first =
      element.querySelector<HTMLElement>('[data-autofocus]') ?? element.querySelector<HTMLElement>('h2');
    first?.focus();
    return () => element.close();
  }, [open]);

  const closeFromBackdrop = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };

  return (
    // Escape is the keyboard's way to do what a click on the backdrop does.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className={`dialog dialog-${kind}`}
      aria-labelledby={titleId}
      onMouseDown={closeFromBackdrop}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
    >
      {open && (
        <div className="dialog-body">
          <header className={kind === 'sheet' ? 'visually-hidden' : 'dialog-head'}>
            <h2 id={titleId} tabIndex={-1}>
              {title}
            </h2>
            {kind !== 'sheet' && <IconButton icon="close" label="Close" onClick={onClose} />}
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
