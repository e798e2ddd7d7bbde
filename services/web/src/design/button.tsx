// Buttons: at most one accent button on a surface; danger only inside a confirmation.
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './icon.tsx';
import './button.css';

type NativeButton = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & {
  ref?: Ref<HTMLButtonElement>;
  /** The first to have the focus in a dialog. */
  'data-autofocus'?: boolean;
};

interface ButtonProps extends NativeButton {
  tone?: 'accent' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  /** Shows a wait in place of the icon and takes no more clicks. */
  busy?: boolean;
  children: ReactNode;
}

/** A button with words. */
export function Button({
  tone = 'plain',
  icon,
  busy = false,
  children,
  disabled,
  type,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type === 'submit' ? 'submit' : 'button'}
      className={`button button-${tone}`}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <span className="button-wait" aria-hidden="true" /> : icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends NativeButton {
  icon: IconName;
  /** What it does: its accessible name and its tooltip. */
  label: string;
  tone?: 'quiet' | 'accent' | 'plain';
  size?: number;
}

/** A square button with an icon. */
export function IconButton({ icon, label, tone = 'quiet', size = 17, ...rest }: IconButtonProps) {
  return (
    <button {...rest} type="button" className={`icon-button button-${tone}`} aria-label={label} title={label}>
      <Icon name={icon} size={size} />
    </button>
  );
}
