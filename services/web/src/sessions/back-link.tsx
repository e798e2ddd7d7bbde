// On narrow screens: back from a session to the lists.
import { Link } from 'wouter';
import { machinePath } from '../app/paths.ts';
import { Icon } from '../design/icon.tsx';

export function BackLink({ machineId }: { machineId: string }) {
  return (
    <Link href={machinePath(machineId)} className="back-link" aria-label="Back to projects and sessions">
      <Icon name="arrow-left" size={18} />
    </Link>
  );
}
