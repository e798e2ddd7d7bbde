// A screen or pane with nothing in it yet: says why and what to do.
import type { ReactNode } from 'react';
import { Mark } from './logo.tsx';
import './empty.css';

/** `page`: it is all of the page, so its title is the page's. */
export function Empty({
  title,
  page = false,
  children,
}: {
  title: string;
  page?: boolean;
  children: ReactNode;
}) {
  const Title = page ? 'h1' : 'h2';
  return (
    <div className="empty">
      <Title>{title}</Title>
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
