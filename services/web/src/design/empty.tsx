// A screen or pane with nothing in it yet: says why and what to do.
import type { ReactNode } from 'react';
import { Mark } from './logo.tsx';
import './empty.css';

export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <div className="empty-text">{children}</div>
    </div>
  );
}

/** A whole pane that waits; appears only after a moment, so that fast answers show no flicker. */
export function Waiting({ what }: { what: string }) {
  return (
    <div className="waiting" role="status">
      <Mark size={30} live />
      <span>{what}</span>
    </div>
  );
}
