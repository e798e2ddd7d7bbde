/** Cordons asked for at this pod: each waits for the word of its machine, wherever that has its link. */
import type { ActivityFrame } from '@spectral/proto/wire';
import { CORDON_ANSWER_MS } from '@spectral/proto/wire';
import type { Timers } from '../timers.ts';
import type { PodMessage, SendToPod, ToAskerPod } from './pod-message.ts';

/** What a machine is told to do. */
export interface CordonOrder {
  readonly kind: 'cordon' | 'uncordon';
  readonly fence: number;
}

/** The link to ask. */
export interface AskedLink {
  readonly machineId: string;
  readonly podId: string;
  readonly epoch: number;
}

export class CordonQuestions {
  readonly #send: SendToPod;
  readonly #timers: Timers;
  readonly #waiting = new Map<number, (said: ActivityFrame | null) => void>();
  #last = 0;

  constructor({ send, timers }: { send: SendToPod; timers: Timers }) {
    this.#send = send;
    this.#timers = timers;
  }

  /** What the machine says then; null when it says nothing in time. */
  ask({ machineId, podId, epoch }: AskedLink, { kind, fence }: CordonOrder): Promise<ActivityFrame | null> {
    this.#last += 1;
    const question = this.#last;
    return new Promise((resolve) => {
      const cancel = this.#timers.after(CORDON_ANSWER_MS, () => this.#settle(question, null));
      this.#waiting.set(question, (said) => {
        cancel();
        resolve(said);
      });
      this.#send(podId, { type: 'cordon', machineId, epoch, question, kind, fence });
    });
  }

  receive({ question, said }: ToAskerPod): void {
    this.#settle(question, said);
  }

  /** One's own message did not arrive. */
  undelivered(message: PodMessage): void {
    if (message.type === 'cordon') this.#settle(message.question, null);
  }

  #settle(question: number, said: ActivityFrame | null): void {
    const resolve = this.#waiting.get(question);
    this.#waiting.delete(question);
    resolve?.(said);
  }
}
