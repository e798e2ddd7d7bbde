/**
 * An open session as a store. Events are reduced as they come; readers are told once per frame, however many came.
 * Prompts on their way stand in `sending` until the log shows them, so that they are seen at once and never twice.
 */
import {
  Transcript,
  type Channel,
  type ChannelState,
  type MachineCalls,
  type MachineClient,
} from '@spectral/proto/client';
import type { Prompt } from '@spectral/proto/wire';
import { createStore, type Readable } from './store.ts';

export interface SessionView {
  /** Grows with every change; the transcript itself is one object that changes in place. */
  readonly version: number;
  readonly transcript: Transcript;
  readonly channel: ChannelState;
  readonly sending: readonly SendingPrompt[];
}

export interface SendingPrompt {
  readonly key: string;
  readonly content: string;
  readonly mode: 'queue' | 'steer';
  readonly at: number;
  /** Known once the machine took it. */
  readonly promptId: string | null;
  /** Where the transcript ended when it was sent. */
  readonly after: number;
}

export interface SessionRoom {
  readonly view: Readable<SessionView>;
  /** Rejects when the machine did not take the prompt; nothing was started then. */
  send(prompt: Prompt): Promise<void>;
  close(): void;
}

interface SessionRoomOptions {
  readonly client: Pick<MachineClient, 'openSession'>;
  readonly calls: Pick<MachineCalls, 'prompt'>;
  readonly sessionId: string;
  readonly nextFrame: (run: () => void) => void;
}

export function openSessionRoom({ client, calls, sessionId, nextFrame }: SessionRoomOptions): SessionRoom {
  let transcript = new Transcript();
  let sending: readonly SendingPrompt[] = [];
  let isScheduled = false;
  let isClosed = false;
  const view = createStore<SessionView>({ version: 0, transcript, channel: { kind: 'opening' }, sending });

  const channel: Channel = client.openSession(sessionId, {
    onReady(ready, fresh) {
      if (fresh) transcript = new Transcript();
      transcript.begin(ready);
      schedule();
    },
    onEvents(events) {
      transcript.apply(events);
      schedule();
    },
    onState: () => schedule(),
  });

  function schedule(): void {
    if (isScheduled || isClosed) return;
    isScheduled = true;
    nextFrame(publish);
  }
  function publish(): void {
    isScheduled = false;
    if (isClosed) return;
    sending = sending.filter((prompt) => !hasArrived(prompt, transcript));
    view.set({ version: view.get().version + 1, transcript, channel: channel.state, sending });
  }
  function change(key: string, promptId: string | null): void {
    sending = sending.flatMap((prompt) => {
      if (prompt.key !== key) return prompt;
      return promptId === null ? [] : { ...prompt, promptId };
    });
    schedule();
  }

  return {
    view,
    async send(prompt) {
      const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
      const { content, mode = 'queue' } = prompt;
      const after = transcript.items.length;
      sending = [...sending, { key, content, mode, at: Date.now(), promptId: null, after }];
      schedule();
      try {
        const receipt = await calls.prompt(sessionId, prompt, { key });
        change(key, receipt.promptId);
      } catch (error) {
        change(key, null);
        throw error;
      }
    },
    close() {
      isClosed = true;
      channel.close();
    },
  };
}

/** By its id; by its words while the receipt is still on its way, for the event may overtake it. */
function hasArrived(prompt: SendingPrompt, transcript: Transcript): boolean {
  const { promptId, content, after } = prompt;
  const isIt = (other: { promptId: string; content: string }) =>
    promptId === null ? other.content === content : other.promptId === promptId;
  if (transcript.queue.some(isIt)) return true;
  const from = Math.min(after, transcript.items.length);
  return transcript.items.slice(from).some((item) => item.kind === 'user' && isIt(item));
}
