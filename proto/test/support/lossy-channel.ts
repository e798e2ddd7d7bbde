/**
 * A machine, a reader and a network between them that does what a script says: lose, repeat, reorder, cut.
 * The network is a queue of frames towards the reader; what the reader sends arrives at once or is lost.
 */
import { decodeFrame, type BrowserToRelay, type SessionReady } from '../../wire/index.ts';
import { Transcript } from '../../client/index.ts';
import { ChannelReader, type ChannelState } from '../../client/channel-reader.ts';
import { sessionStream } from '../../client/stream-payload.ts';
import { fakeTimers, type FakeTimers } from './fake-timers.ts';
import { eventsFrame, headFrame, SESSION_ID, snapshotFrames } from './reference-machine.ts';
import { numbered, type LogEvent } from './session-logs.ts';

export type Happening =
  | { readonly kind: 'deliver' | 'lose' | 'repeat' | 'swap'; readonly at: number }
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'cut' | 'gap' | 'head' | 'lose-open' }
  | { readonly kind: 'power-loss'; readonly keep: number }
  | { readonly kind: 'wait'; readonly ms: number };

export class LossyChannel {
  readonly timers: FakeTimers = fakeTimers();
  readonly reader;
  readonly states: ChannelState[] = [];
  readonly opens: Extract<BrowserToRelay, { kind: 'open' }>[] = [];
  /** What the reader was handed since it last had to forget: the reduction, and the numbers in order. */
  transcript = new Transcript();
  numbers: number[] = [];
  readonly #future: readonly LogEvent[];
  readonly #pieceEvents: number;
  /** One log for each epoch, the machine's own last. */
  readonly #logs: (readonly LogEvent[])[] = [[]];
  #network: Uint8Array[] = [];
  #losesOpen = false;

  constructor(future: readonly LogEvent[], pieceEvents: number) {
    this.#future = future;
    this.#pieceEvents = pieceEvents;
    this.reader = new ChannelReader({
      channel: SESSION_ID,
      format: sessionStream,
      timers: this.timers,
      send: (frame) => this.#fromReader(frame),
      handlers: {
        onReady: (_ready: SessionReady, fresh) => this.#forgetIf(fresh),
        onEvents: (events) => {
          this.transcript.apply(events);
          this.numbers.push(...events.map(({ seq }) => seq));
        },
        onState: (state) => void this.states.push(state),
      },
    });
  }

  /** The machine's log in the reader's epoch, up to the reader's cursor. */
  get expected(): readonly LogEvent[] {
    const { epoch, seq } = this.reader.cursor;
    return (this.#logs[epoch - 1] ?? []).slice(0, seq);
  }

  get log(): readonly LogEvent[] {
    return this.#logs.at(-1) ?? [];
  }

  async happen(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'deliver':
        return this.#deliver(this.#network.splice(this.#index(happening.at), 1));
      case 'lose':
        return void this.#network.splice(this.#index(happening.at), 1);
      case 'repeat':
        return (this.#network.push(...this.#network.slice(this.#index(happening.at)).slice(0, 1)), undefined);
      case 'swap':
        return void this.#network.unshift(...this.#network.splice(this.#index(happening.at), 1));
      case 'append':
        return this.#append(happening.count);
      case 'head':
        return void this.#network.push(headFrame(this.#reference));
      case 'gap':
        return this.reader.control({ kind: 'gap', channel: SESSION_ID });
      case 'lose-open':
        this.#losesOpen = true;
        return;
      case 'cut':
        return this.cut();
      case 'power-loss':
        return this.#losePower(happening.keep);
      case 'wait':
        return this.timers.advance(happening.ms);
    }
  }

  /** The link breaks, with everything on its way, and is back. */
  cut(): void {
    this.#network = [];
    this.reader.unreachable();
    this.reader.reachable();
  }

  /** From here on the network is good: delivers and waits until the reader has all, or throws. */
  async converge(): Promise<void> {
    this.#losesOpen = false;
    for (let round = 0; round < 60; round++) {
      this.#deliver(this.#network.splice(0));
      if (this.#isWhole() && round > 0) return;
      this.#network.push(headFrame(this.#reference));
      await this.timers.advance(5_000);
    }
    throw new Error(
      `stuck at ${JSON.stringify(this.reader.cursor)} of ${this.log.length}, ${this.reader.state.kind}`,
    );
  }

  #isWhole(): boolean {
    const { epoch, seq } = this.reader.cursor;
    return this.reader.state.kind === 'live' && epoch === this.#logs.length && seq === this.log.length;
  }

  get #reference() {
    return { epoch: this.#logs.length, events: this.log };
  }

  #index(at: number): number {
    return at % Math.max(this.#network.length, 1);
  }

  #append(count: number): void {
    const done = this.log.length;
    const added = this.#future.slice(done, done + count);
    this.#logs[this.#logs.length - 1] = [...this.log, ...added];
    if (added.length > 0) this.#network.push(eventsFrame(this.#logs.length, added));
  }

  /** The machine comes back without its last events, and goes on differently. Old frames are still on their way. */
  #losePower(keep: number): void {
    const kept = this.log.slice(0, keep);
    const mark = numbered(
      [{ type: 'session_renamed', title: `epoch ${this.#logs.length + 1}` }],
      kept.length,
    );
    this.#logs.push([...kept, ...mark]);
    this.reader.unreachable();
    this.reader.reachable();
  }

  #fromReader(frame: BrowserToRelay): void {
    if (frame.kind !== 'open') return;
    this.opens.push(frame);
    if (!this.#losesOpen)
      this.#network.push(...snapshotFrames(this.#reference, frame.cursor, this.#pieceEvents));
    this.#losesOpen = false;
  }

  #forgetIf(fresh: boolean): void {
    if (!fresh) return;
    this.transcript = new Transcript();
    this.numbers = [];
  }

  #deliver(frames: readonly Uint8Array[]): void {
    for (const bytes of frames) this.reader.data(decodeFrame(bytes));
  }
}
