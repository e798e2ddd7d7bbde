/** A changing request with a key runs once; whoever repeats it gets the first answer, also after a restart. */
import type { ResponsePayload } from '@spectral/proto/wire';
import { NotNow } from '../live/live-errors.ts';
import type { AnsweredKeys } from '../store/answered-keys.ts';

export interface Once {
  /** `key` is already bound to its asker; `request` is method and path. Rejects NotNow for a key of another request. */
  run(key: string, request: string, work: () => Promise<ResponsePayload>): Promise<ResponsePayload>;
}

/** Keys remembered between two prunings of the store. */
const PRUNE_EVERY = 500;
/** Larger answers are not kept; a repeated request then runs again, which only fork and create could notice. */
const MOST_KEPT_CHARS = 256 * 1024;

export function createOnce(
  answers: AnsweredKeys,
  now: () => number,
  log: (event: string, facts?: Record<string, unknown>) => void,
): Once {
  const running = new Map<string, { request: string; answer: Promise<ResponsePayload> }>();
  let untilPrune = PRUNE_EVERY;

  function remember(key: string, request: string, answer: ResponsePayload): void {
    // Failures may pass: a repeated request is then a new try.
    if (answer.status >= 400) return;
    const body = JSON.stringify(answer.body ?? null);
    if (body.length > MOST_KEPT_CHARS) return;
    answers.put(key, { request, status: answer.status, body }, now());
    untilPrune -= 1;
    if (untilPrune > 0) return;
    untilPrune = PRUNE_EVERY;
    answers.prune();
  }

  /** The work is done: an answer that cannot be kept is still the answer. */
  function tryToRemember(key: string, request: string, answer: ResponsePayload): void {
    try {
      remember(key, request, answer);
    } catch (error) {
      log('request.answer-not-kept', { request, message: String(error) });
    }
  }

  return {
    async run(key, request, work) {
      const known = running.get(key) ?? keptAnswer(answers, key);
      if (known) {
        if (known.request === request) return known.answer;
        throw new NotNow('key-reused', `the idempotency key was used for ${known.request}; use a new one`);
      }
      const answer = work();
      running.set(key, { request, answer });
      try {
        const given = await answer;
        tryToRemember(key, request, given);
        return given;
      } finally {
        running.delete(key);
      }
    },
  };
}

function keptAnswer(
  answers: AnsweredKeys,
  key: string,
): { request: string; answer: Promise<ResponsePayload> } | null {
  const kept = answers.get(key);
  if (!kept) return null;
  const body: unknown = JSON.parse(kept.body);
  return { request: kept.request, answer: Promise.resolve({ v: 1, status: kept.status, body }) };
}
