// An address that leads nowhere.
import { Link } from 'wouter';
import { Empty } from '../design/empty.tsx';

export function NotFound() {
  return (
    <main id="main" className="page-fill">
      <Empty page title="Nothing lives at this address">
        <Link href="/" className="text-link">
          Go to your machines
        </Link>
      </Empty>
    </main>
  );
}
