/** Faults of a reader or of the relays, put in on purpose, to show that the checker finds them. */
import type { EventRecord, HistoryRecord, PromptRecord } from './records.ts';

export const READER_SABOTAGES = [
  /** One event is not applied. */
  'drop',
  /** One event is applied twice. */
  'double',
  /** Two events change places. */
  'swap',
  /** An event of another session is applied. */
  'foreign',
  /** The reader opens the channel again from one event beyond what it has. */
  'replay-off-by-one',
  /** Nothing is applied any more. */
  'stall',
  /** A prompt is sent a second time with a key of its own. */
  'new-key',
  /** A prompt is believed accepted that was never sent. */
  'imagined-receipt',
  /** Live events are believed to come without holes; shows only where the network does lose some. */
  'trust-the-network',
] as const;
export type ReaderSabotage = (typeof READER_SABOTAGES)[number];

/** By name: the program that changes a relay before it begins. */
const RELAY_PRELOADS = {
  /** An outdated link of a machine is not closed. */
  'skip-fencing': './unfenced-relay.ts',
  /** A machine sends its history before its events are passed on to the reader. */
  'deliver-before-subscribe': './early-relay.ts',
} as const;
export type RelaySabotage = keyof typeof RELAY_PRELOADS;

/** All, by the names under which a run asks for them. */
export const SABOTAGES: readonly string[] = [...READER_SABOTAGES, ...Object.keys(RELAY_PRELOADS)];

export function isReaderSabotage(text: string): text is ReaderSabotage {
  return READER_SABOTAGES.some((each) => each === text);
}

export function isRelaySabotage(text: string): text is RelaySabotage {
  return text in RELAY_PRELOADS;
}

/** What a relay with this fault loads first, as a URL. */
export function preloadOf(sabotage: RelaySabotage): string {
  return new URL(RELAY_PRELOADS[sabotage], import.meta.url).href;
}

/** Events a reader applies properly before its fault shows. */
export const HONEST_EVENTS = 40;

/**
 * Passes on to `write` what a reader with this fault would have applied. What is done to the link or to requests is
 * the reader process's own part.
 */
export function sabotaged(
  sabotage: ReaderSabotage | null,
  write: (record: HistoryRecord) => void,
): (record: HistoryRecord) => void {
  const state = { events: 0, isDone: false, kept: null as EventRecord | null };
  const onEvent = (event: EventRecord): readonly HistoryRecord[] => {
    state.events += 1;
    if (state.kept?.channel === event.channel) {
      const both = [event, state.kept];
      state.kept = null;
      return both;
    }
    if (state.events <= HONEST_EVENTS) return [event];
    if (sabotage === 'stall') return [];
    if (state.isDone) return [event];
    state.isDone = true;
    if (sabotage === 'double') return [event, event];
    if (sabotage === 'foreign') return [{ ...event, digest: 'of-another' }];
    if (sabotage === 'swap') state.kept = event;
    return sabotage === 'drop' || sabotage === 'swap' ? [] : [event];
  };
  const onSent = (prompt: PromptRecord): readonly HistoryRecord[] => {
    if (sabotage !== 'imagined-receipt') return [prompt];
    const imagined = { ...prompt, tag: `${prompt.tag}-imagined` };
    return [prompt, imagined, { ...imagined, kind: 'accepted', promptId: 'imagined' }];
  };
  return (record) => {
    const isEvent = record.kind === 'event';
    const written = isEvent ? onEvent(record) : record.kind === 'sent' ? onSent(record) : [record];
    for (const each of written) write(each);
  };
}
