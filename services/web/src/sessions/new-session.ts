// Starts a session in a project and opens it. A machine that sleeps is woken up first.
import { useState } from 'react';
import { useLocation } from 'wouter';
import { sessionPath } from '../app/paths.ts';
import { messageOf } from '../data/failure.ts';
import { useMachine } from '../machines/machine-context.ts';
import { useWake } from '../machines/use-wake.ts';

export interface NewSession {
  readonly create: (projectId: string) => void;
  readonly busy: boolean;
  readonly failure: string | null;
}

export function useNewSession(): NewSession {
  const { room } = useMachine();
  const wake = useWake();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function create(projectId: string): Promise<void> {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await wake?.wake();
      const session = await room.calls.createSession(projectId, {});
      navigate(sessionPath(room.machineId, session.id));
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  }
  return { create: (projectId) => void create(projectId), busy, failure };
}
