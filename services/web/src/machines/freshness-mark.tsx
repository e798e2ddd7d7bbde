// Whether the screen is live, and since when it is not; a change is spoken to screen readers.
import type { ChannelState } from '@spectral/proto/client';
import { useNow } from '../data/clock.ts';
import { useStore } from '../data/store.ts';
import { freshnessOf } from './freshness.ts';
import { useMachine } from './machine-context.ts';

export function FreshnessMark({ channel }: { channel: ChannelState | null }) {
  const { room, info } = useMachine();
  const link = useStore(room.link);
  const { tone, text } = freshnessOf(link, channel, useNow(), info?.fleet ?? null);
  return (
    <span className={`freshness freshness-${tone}`} role="status">
      <span
        className={tone === 'live' ? 'dot dot-online' : tone === 'wait' ? 'dot dot-wait' : 'dot'}
        aria-hidden="true"
      />
      {text}
    </span>
  );
}
