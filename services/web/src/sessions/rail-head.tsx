// The head of the rail: which machine this is and how it is connected; the way to another.
import { Link } from 'wouter';
import { AccountMenu } from '../app/account-menu.tsx';
import { Icon } from '../design/icon.tsx';
import { Mark } from '../design/logo.tsx';
import { FreshnessMark } from '../machines/freshness-mark.tsx';

export function RailHead({ name }: { name: string | null }) {
  return (
    <header className="rail-head">
      <Link href="/" className="rail-machine" title="Choose another machine">
        <Mark size={22} />
        <span className="rail-machine-text">
          <strong className="truncate">{name ?? 'Machine'}</strong>
          <FreshnessMark channel={null} />
        </span>
        <Icon name="chevron-down" size={14} />
      </Link>
      <AccountMenu />
    </header>
  );
}
