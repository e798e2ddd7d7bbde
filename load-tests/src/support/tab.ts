/** A reader of one session, as a browser tab is: its transcript, and every number it was given. */
import { Transcript, transcriptText, type MachineClient } from '@spectral/proto/client';
import type { Numbered, SessionEvent } from '@spectral/proto/wire';
import { waitFor } from './wait.ts';

export interface Tab {
  readonly client: MachineClient;
  /** Number of the last event applied. */
  readonly seq: number;
  /** `agent_end` events applied since the last fresh start. */
  readonly turnsEnded: number;
  /** Number of the last `agent_end`; 0 before the first. */
  readonly lastEnd: number;
  text(): string;
  /** Called with every batch applied. */
  onEvents(listener: (events: readonly Numbered<SessionEvent>[]) => void): void;
  waitForSeq(seq: number, limitMs: number): Promise<void>;
  close(): void;
}

export function openTab(client: MachineClient, sessionId: string): Tab {
  let transcript = new Transcript();
  let seq = 0;
  let turnsEnded = 0;
  let lastEnd = 0;
  const listeners: ((events: readonly Numbered<SessionEvent>[]) => void)[] = [];
  client.openSession(sessionId, {
    onReady(ready, fresh) {
      if (fresh) {
        transcript = new Transcript();
        turnsEnded = 0;
      }
      transcript.begin(ready);
    },
    onEvents(events, cursor) {
      transcript.apply(events);
      seq = cursor.seq;
      const ends = events.filter(({ type }) => type === 'agent_end');
      turnsEnded += ends.length;
      lastEnd = ends.at(-1)?.seq ?? lastEnd;
      for (const listener of listeners) listener(events);
    },
  });
  return {
    client,
    get seq() {
      return seq;
    },
    get turnsEnded() {
      return turnsEnded;
    },
    get lastEnd() {
      return lastEnd;
    },
    text: () => transcriptText(transcript),
    onEvents: (listener) => void listeners.push(listener),
    waitForSeq: async (wanted, limitMs) =>
      void (await waitFor(`event ${wanted} (at ${seq})`, limitMs, () => seq >= wanted)),
    close: () => client.close(),
  };
}
