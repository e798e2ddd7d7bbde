// Something asked from the gateway, with its wait and its failure; changed in place by what later answers say.
import { useEffect, useState, type ReactNode } from 'react';
import { messageOf } from '../data/failure.ts';
import { Button } from '../design/button.tsx';
import { Waiting } from '../design/empty.tsx';
import { Notice } from '../design/notice.tsx';

export interface Loaded<T> {
  readonly value: T | null;
  readonly failure: string | null;
  readonly set: (value: T) => void;
  readonly again: () => void;
}

/** `load` must be the same function while it asks the same thing. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    load().then(
      (loaded) => {
        if (!wanted) return;
        setValue(loaded);
        setFailure(null);
      },
      (error: unknown) => wanted && setFailure(messageOf(error)),
    );
    return () => void (wanted = false);
  }, [load, attempt]);
  return { value, failure, set: setValue, again: () => setAttempt(attempt + 1) };
}

export function LoadedView<T>({
  loaded,
  what,
  children,
}: {
  loaded: Loaded<T>;
  what: string;
  children: (value: T) => ReactNode;
}) {
  return (
    <>
      {loaded.failure && (
        <Notice tone="bad" action={<Button onClick={loaded.again}>Try again</Button>}>
          {loaded.failure}
        </Notice>
      )}
      {loaded.value !== null && children(loaded.value)}
      {loaded.value === null && loaded.failure === null && <Waiting what={what} />}
    </>
  );
}
