// A session's state as a small sign with a name.
import type { SessionInfo } from '@spectral/proto/wire';

export function StatusGlyph({ session }: { session: Pick<SessionInfo, 'status' | 'queued'> }) {
  const word = statusWord(session);
  return (
    <span className={`glyph glyph-${session.status}`} role="img" aria-label={word} title={word}>
      {session.status === 'running' && (
        <>
          <i />
          <i />
          <i />
        </>
      )}
      {session.status === 'failed' && '!'}
    </span>
  );
}

function statusWord({ status, queued }: Pick<SessionInfo, 'status' | 'queued'>): string {
  const words = { idle: 'Idle', running: 'Running', interrupted: 'Interrupted', failed: 'Failed' };
  return queued > 0 ? `${words[status]}, ${queued} queued` : words[status];
}
