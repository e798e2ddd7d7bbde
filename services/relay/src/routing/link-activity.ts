/** What the machine at one link says of its turns, and who waits for its word on a cordon. */
import type { ActivityFrame, RelayToMachine } from '@spectral/proto/wire';
import type { CordonOrder } from './cordon-questions.ts';

/** Where an answer goes: a pod, and the number it gave its question. */
export interface Asker {
  readonly podId: string;
  readonly question: number;
}

/** A machine that never answers is asked again and again; who asked before then has given up long ago. */
const MOST_WAITING = 64;

export class LinkActivity {
  /** Null until the machine said something over this link. */
  said: ActivityFrame | null = null;
  #lastAsk = 0;
  /** Made at the first question: most links are never asked. */
  #waiting: Map<number, Asker> | null = null;

  /** The frame that asks on behalf of `asker`. */
  ask(asker: Asker, { kind, fence }: CordonOrder): RelayToMachine {
    this.#lastAsk += 1;
    this.#waiting ??= new Map();
    this.#waiting.delete(this.#lastAsk - MOST_WAITING);
    this.#waiting.set(this.#lastAsk, asker);
    return { kind, fence, ask: this.#lastAsk };
  }

  /** Takes note, and returns whose questions this answers: those that the machine heard before it said so. */
  hear(frame: ActivityFrame): Asker[] {
    this.said = frame;
    const answered: Asker[] = [];
    for (const [ask, asker] of this.#waiting ?? []) {
      if (ask > frame.answers) continue;
      answered.push(asker);
      this.#waiting?.delete(ask);
    }
    return answered;
  }

  /** Nothing more is heard over this link. Returns who waited. */
  end(): Asker[] {
    this.said = null;
    const left = [...(this.#waiting?.values() ?? [])];
    this.#waiting = null;
    return left;
  }
}
