/** How new what is on screen is, in words; and why the machine cannot be reached, if so. Pure. */
import type { ChannelState, ConnectionState } from '@spectral/proto/client';
import type { FleetPart } from '@spectral/proto/wire';
import { agoText } from '../design/amounts.ts';
import { comesForPrompt, phaseText } from './fleet-phase.ts';

export interface Freshness {
  readonly tone: 'live' | 'wait' | 'off';
  readonly text: string;
}

/** Breaks shorter than this are not worth a word. */
const SILENT_BREAK_MS = 1_500;

/** `channel`: of the session on screen, if any. `fleet`: of a machine of one. `now` in ms since 1970. */
export function freshnessOf(
  link: ConnectionState,
  channel: ChannelState | null,
  now: number,
  fleet: FleetPart | null = null,
): Freshness {
  switch (link.kind) {
    case 'connecting':
      return { tone: 'wait', text: 'connecting …' };
    case 'reconnecting':
      return now - link.since < SILENT_BREAK_MS
        ? { tone: 'live', text: 'live' }
        : { tone: 'wait', text: `reconnecting … as of ${agoText(link.since, now)}` };
    case 'machine-offline':
      if (comesForPrompt(fleet)) {
        return {
          tone: fleet.phase === 'asleep' ? 'off' : 'wait',
          text: phaseText(fleet.phase).toLowerCase(),
        };
      }
      return {
        tone: 'off',
        text: link.lastSeenAt ? `offline, last seen ${agoText(Date.parse(link.lastSeenAt), now)}` : 'offline',
      };
    case 'ended':
      return { tone: 'off', text: 'disconnected' };
    case 'live':
      return channel?.kind === 'behind' || channel?.kind === 'opening'
        ? { tone: 'wait', text: 'catching up …' }
        : { tone: 'live', text: 'live' };
  }
}

/** Null while prompts can be sent: also during a short break, which the client bridges by itself. */
export function unreachableBecause(link: ConnectionState, name: string): string | null {
  return link.kind === 'machine-offline' ? `${name} is offline.` : null;
}
