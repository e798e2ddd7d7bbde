// Brings a machine of a fleet back that is asleep; nothing for any other.
import { useState } from 'react';
import { messageOf } from '../data/failure.ts';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useWake } from './use-wake.ts';

export function WakeButton() {
  const wake = useWake();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  if (!wake || (wake.fleet.phase !== 'asleep' && !busy)) return null;
  const start = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await wake.wake();
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button tone="accent" busy={busy} onClick={() => void start()}>
        Wake it up
      </Button>
      {failure && <Notice tone="bad">{failure}</Notice>}
    </>
  );
}
