// The mark: the four visible lines of hydrogen (410, 434, 486, 656 nm), in their order and strength.
import './logo.css';

/** The mark alone. `live` lets its lines breathe, for a page that waits. */
export function Mark({ size = 24, live = false }: { size?: number; live?: boolean }) {
  return (
    <svg
      className={live ? 'mark mark-live' : 'mark'}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path className="mark-delta" d="M4 4v16" strokeWidth="1.3" />
      <path className="mark-gamma" d="M8.1 4v16" strokeWidth="1.7" />
      <path className="mark-beta" d="M12.9 4v16" strokeWidth="2.4" />
      <path className="mark-alpha" d="M20 4v16" strokeWidth="3.2" />
    </svg>
  );
}

/** Mark and name. */
export function Wordmark({ size = 22 }: { size?: number }) {
  return (
    <span className="wordmark">
      <Mark size={size} />
      <span className="wordmark-name">Spectral</span>
    </span>
  );
}
