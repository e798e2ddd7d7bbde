// The search field of the rail: narrows its sessions while one types, Escape ends it.
import type { RefObject } from 'react';
import { Icon } from '../design/icon.tsx';
import { Kbd } from '../design/kbd.tsx';

interface RailSearchProps {
  ref: RefObject<HTMLInputElement | null>;
  query: string;
  onQuery: (query: string) => void;
}

export function RailSearch({ ref, query, onQuery }: RailSearchProps) {
  return (
    <div className="rail-search">
      <Icon name="search" size={15} />
      <input
        ref={ref}
        type="search"
        aria-label="Search sessions"
        placeholder="Search sessions"
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          onQuery('');
          event.currentTarget.blur();
        }}
      />
      <Kbd chord="/" />
    </div>
  );
}
