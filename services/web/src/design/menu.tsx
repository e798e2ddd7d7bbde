// A menu in a popover: arrows move, Enter chooses, Escape closes.
import type { KeyboardEvent, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { Popover, type TriggerProps } from './popover.tsx';

interface MenuProps {
  label: string;
  align?: 'start' | 'end';
  renderTrigger: (props: TriggerProps) => ReactNode;
  children: (close: () => void) => ReactNode;
}

export function Menu({ label, align = 'end', renderTrigger, children }: MenuProps) {
  return (
    <Popover label={label} role="menu" align={align} renderTrigger={renderTrigger}>
      {(close) => (
        <div role="presentation" onKeyDown={moveInMenu}>
          {children(close)}
        </div>
      )}
    </Popover>
  );
}

interface MenuItemProps {
  icon?: IconName;
  detail?: string;
  tone?: 'plain' | 'bad';
  /** Given for one of several to choose from. */
  checked?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({
  icon,
  detail,
  tone = 'plain',
  checked,
  disabled = false,
  onSelect,
  children,
}: MenuItemProps) {
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      className={tone === 'bad' ? 'menu-item menu-item-bad' : 'menu-item'}
      disabled={disabled}
      tabIndex={-1}
      onClick={onSelect}
    >
      {icon && <Icon name={icon} />}
      <span className="menu-item-text">
        <span>{children}</span>
        {detail && <span className="menu-item-detail">{detail}</span>}
      </span>
      {checked && <Icon name="check" />}
    </button>
  );
}

function moveInMenu(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined && event.key !== 'Home' && event.key !== 'End') return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')];
  const now = items.findIndex((item) => item === document.activeElement);
  const next = event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : now + (step ?? 0);
  items.at(next % items.length)?.focus();
}
