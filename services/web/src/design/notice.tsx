// A short message in place: what happened and what to do about it.
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import './notice.css';

/** `bad` is announced at once by screen readers, the others when they are reached. */
export function Notice({
  tone,
  action,
  children,
}: {
  tone: 'bad' | 'warn' | 'good' | 'plain';
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={tone === 'good' ? 'check' : 'warning'} />
      <div className="notice-text">{children}</div>
      {action}
    </div>
  );
}
