// One action at a time, with its failure in words.
import { useState } from 'react';
import { messageOf } from '../data/failure.ts';

export interface Attempt {
  readonly busy: boolean;
  readonly failure: string | null;
  /** Resolves to whether it went well; never rejects. */
  readonly run: (action: () => Promise<unknown>) => Promise<boolean>;
}

export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return {
    busy,
    failure,
    async run(action) {
      setBusy(true);
      setFailure(null);
      try {
        await action();
        return true;
      } catch (error) {
        setFailure(messageOf(error));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
