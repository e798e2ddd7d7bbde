/** What goes to a model and comes back appears nowhere else: not in logs, metrics, traces or the ledger. */
import assert from 'node:assert/strict';
import { listeningLogger } from '../../../common/test/support/listening-logger.ts';
import { recordSpans } from '../../../common/test/support/record-spans.ts';
import { MODELS, oddBody, PATHS, post } from '../support/door-client.ts';
import { startMockUpstream } from '../support/mock-upstream.ts';
import { MACHINE_TOKEN, CENTRAL_KEY, startModelDoor } from '../support/model-door.ts';

const CANARY = 'canary-7c20';
/** Of the mock provider's answer. */
const ANSWERED = 'Hello';
/** The canary's own way through, and ways that end in a fault. */
const WORDS = [CANARY, `${CANARY} cut`, `${CANARY} cut within`, `${CANARY} status 429`, `${CANARY} reset`];

describe('content of model calls', () => {
  it('leaves nothing in logs, metrics, traces and the ledger, and neither do tokens and keys', async () => {
    const lines: string[] = [];
    const { spans, stop } = recordSpans();
    const upstream = await startMockUpstream();
    const door = await startModelDoor({ upstream: upstream.url, log: listeningLogger(lines) });
    try {
      for (const dialect of ['anthropic', 'openai'] as const) {
        for (const stream of [true, false]) {
          for (const words of WORDS)
            await post(door, PATHS[dialect], oddBody(MODELS[dialect], words, stream));
        }
        await post(door, PATHS[dialect], `{"messages": "${CANARY}`);
      }

      assert.ok(
        upstream.hits.some(({ body }) => body.includes(CANARY)),
        'content went through',
      );
      assert.ok(lines.length >= WORDS.length, 'calls are logged');
      const kept = [
        ...lines,
        ...spans,
        await door.metrics(),
        JSON.stringify([...door.ledger.calls.values()]),
      ];
      for (const text of kept) {
        for (const secret of [CANARY, ANSWERED, MACHINE_TOKEN, CENTRAL_KEY])
          assert.ok(!text.includes(secret), text);
      }
    } finally {
      stop();
      await door.close();
      await upstream.close();
    }
  });
});
