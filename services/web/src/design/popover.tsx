// A panel beside a button over the native popover: closes on Escape and on a click elsewhere.
import { useId, useRef, useState, type ReactNode, type ToggleEvent } from 'react';
import './popover.css';

/** What a trigger button must spread. */
export interface TriggerProps {
  id: string;
  popoverTarget: string;
  'aria-haspopup': 'menu' | 'dialog';
  'aria-expanded': boolean;
}

interface PopoverProps {
  label: string;
  role: 'menu' | 'dialog';
  align?: 'start' | 'end';
  renderTrigger: (props: TriggerProps) => ReactNode;
  /** Rendered only while open; `close` puts the focus back on the trigger. */
  children: (close: () => void) => ReactNode;
}

const GAP = 6;
const EDGE = 8;

export function Popover({ label, role, align = 'start', renderTrigger, children }: PopoverProps) {
  const id = useId();
  const triggerId = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  const place = (event: ToggleEvent<HTMLDivElement>) => {
    const opening = event.newState === 'open';
    setOpen(opening);
    const button = document.getElementById(triggerId);
    if (opening && panel.current && button) placeBeside(panel.current, button.getBoundingClientRect(), align);
  };
  const focusFirst = (event: ToggleEvent<HTMLDivElement>) => {
    if (event.newState !== 'open') return;
    panel.current
      ?.querySelector<HTMLElement>('[data-autofocus], [role^="menuitem"], input, textarea, button')
      ?.focus();
  };

  return (
    <>
      {renderTrigger({ id: triggerId, popoverTarget: id, 'aria-haspopup': role, 'aria-expanded': open })}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role={role}
        aria-label={label}
        className="popover"
        onBeforeToggle={place}
        onToggle={focusFirst}
      >
        {open && children(() => document.getElementById(id)?.hidePopover())}
      </div>
    </>
  );
}

/** Below the button, or above where there is more room; never over an edge of the window. */
function placeBeside(panel: HTMLElement, button: DOMRect, align: 'start' | 'end'): void {
  const { innerWidth, innerHeight } = window;
  const below = innerHeight - button.bottom;
  const downwards = below > 320 || below > button.top;
  panel.style.top = downwards ? `${button.bottom + GAP}px` : 'auto';
  panel.style.bottom = downwards ? 'auto' : `${innerHeight - button.top + GAP}px`;
  panel.style.maxHeight = `${(downwards ? below : button.top) - GAP - EDGE}px`;
  const fromEnd = Math.max(EDGE, innerWidth - button.right);
  panel.style.left = align === 'start' ? `${Math.max(EDGE, button.left)}px` : 'auto';
  panel.style.right = align === 'end' ? `${fromEnd}px` : 'auto';
  panel.style.maxWidth =
    align === 'start' ? `${innerWidth - button.left - EDGE}px` : `${innerWidth - fromEnd - EDGE}px`;
}
