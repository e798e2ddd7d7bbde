import assert from 'node:assert/strict';
import { isContextOverflow } from '@earendil-works/pi-ai/utils/overflow';
import { isRetryableAssistantError } from '@earendil-works/pi-ai/utils/retry';
import { ServiceError } from '@spectral/common';
import { admissionRefusal } from '../../src/inference/caller.ts';
import { chooseModel } from '../../src/inference/choose-model.ts';
import { endpointOf } from '../../src/inference/endpoints.ts';
import {
  Refusal,
  refusalAnswer,
  refusalEvent,
  refusalStatus,
  type RefusalKind,
} from '../../src/inference/refusal.ts';
import { newRequestId } from '../../src/inference/request-id.ts';
import { upstreamRefusal, upstreamStatusRefusal } from '../../src/inference/upstream-errors.ts';
import { randomBytes } from 'node:crypto';

type Reaction = 'stops' | 'tries again' | 'shortens';

/** What pi does with an error: the text is the status and the whole body, as its vendors' SDKs put it. */
function piReaction(text: string): Reaction {
  const message = {
    role: 'assistant',
    stopReason: 'error',
    errorMessage: text,
    content: [],
    usage: { input: 0, output: 0 },
  };
  if (isContextOverflow(message as never, 200_000)) return 'shortens';
  return isRetryableAssistantError(message as never) ? 'tries again' : 'stops';
}

const messages = endpointOf('/v1/messages');
const thrownBy = (act: () => unknown): Refusal => {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error('expected a refusal');
};
const choose = (model: string, offered: boolean) =>
  thrownBy(
    () =>
      messages &&
      chooseModel({ model, otherModels: [] }, messages, { granted: new Map(), offers: () => offered }),
  );
const turnedAway = (error: ServiceError) => {
  const refusal = admissionRefusal(error);
  assert.ok(refusal);
  return refusal;
};

const CASES: [what: string, refusal: Refusal, reaction: Reaction, retryHeader: string][] = [
  [
    'a wrong token',
    turnedAway(new ServiceError('unauthenticated', 'expected a machine token; nothing came')),
    'stops',
    'false',
  ],
  [
    'a revoked machine',
    turnedAway(
      new ServiceError('unauthenticated', 'this machine was revoked', { details: { reason: 'revoked' } }),
    ),
    'stops',
    'false',
  ],
  ['a model that is not granted', choose('claude-opus-4-5', true), 'stops', 'false'],
  ['an unknown model', choose('what-is-this', false), 'stops', 'false'],
  [
    'a bad body',
    new Refusal('bad-request', '`model` stands twice; each key may stand once.'),
    'stops',
    'false',
  ],
  ['an unknown path', new Refusal('not-found', 'There is no GET /v1/x here.'), 'stops', 'false'],
  [
    'a body beyond the limit',
    new Refusal('too-large', 'request_too_large: the body exceeds 32 MB.'),
    'shortens',
    'false',
  ],
  [
    'too many calls at once',
    new Refusal('busy', 'rate limit: concurrent requests of this machine. Try again when one has ended.'),
    'tries again',
    'true',
  ],
  [
    'a draining gateway',
    new Refusal('draining', 'overloaded: this gateway is restarting.'),
    'tries again',
    'true',
  ],
  [
    'an upstream out of reach',
    upstreamRefusal(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
    'tries again',
    'true',
  ],
  [
    'an upstream without an answer',
    upstreamRefusal(Object.assign(new Error('x'), { code: 'UND_ERR_HEADERS_TIMEOUT' })),
    'tries again',
    'true',
  ],
];

describe('refusals, as pi understands them', () => {
  for (const [what, refusal, reaction, retryHeader] of CASES) {
    for (const dialect of ['anthropic', 'openai'] as const) {
      it(`${what} (${dialect}): pi ${reaction}`, () => {
        const answer = refusalAnswer(refusal, dialect, newRequestId(randomBytes));

        assert.equal(piReaction(`${answer.status} ${answer.body}`), reaction);
        assert.equal(answer.headers['x-should-retry'], retryHeader);
      });
    }
  }

  it('an upstream that broke off makes pi try again, told within the stream', () => {
    const refusal = new Refusal(
      'upstream-cut',
      'The upstream connection was lost: stream ended before message_stop.',
    );

    assert.equal(
      piReaction(refusalEvent(refusal, 'anthropic', 'reqa').split('data: ')[1] ?? ''),
      'tries again',
    );
    assert.equal(piReaction(refusalEvent(refusal, 'openai', 'reqa')), 'tries again');
  });

  it('are enveloped in the dialect of the caller', () => {
    const refusal = new Refusal('model-not-allowed', 'no');
    const anthropic = refusalAnswer(refusal, 'anthropic', 'reqabc');
    const openai = refusalAnswer(refusal, 'openai', 'reqabc');

    assert.deepEqual(JSON.parse(anthropic.body), {
      type: 'error',
      error: { type: 'permission_error', message: 'no' },
      request_id: 'reqabc',
    });
    assert.deepEqual(JSON.parse(openai.body), {
      error: { message: 'no', type: 'invalid_request_error', param: null, code: 'model_not_allowed' },
    });
    assert.deepEqual([anthropic.headers['request-id'], openai.headers['x-request-id']], ['reqabc', 'reqabc']);
    assert.equal(refusalEvent(refusal, 'anthropic', 'reqabc'), `event: error\ndata: ${anthropic.body}\n\n`);
    assert.equal(refusalEvent(refusal, 'openai', 'reqabc'), `data: ${openai.body}\n\n`);
  });

  it('have the statuses of the contract', () => {
    const statuses: [RefusalKind, number][] = [
      ['bad-token', 401],
      ['machine-revoked', 401],
      ['model-not-allowed', 403],
      ['model-unknown', 404],
      ['too-large', 413],
      ['bad-request', 400],
      ['draining', 529],
      ['upstream-away', 502],
      ['upstream-silent', 504],
      ['upstream-credential', 502],
    ];

    for (const [kind, status] of statuses) assert.equal(refusalStatus(new Refusal(kind, '')), status);
    assert.equal(refusalAnswer(new Refusal('draining', ''), 'openai', 'r').status, 503);
  });

  it('turn only statuses that would mislead', () => {
    assert.deepEqual(
      [401, 403, 301, 307].map((status) => upstreamStatusRefusal(status)?.kind),
      ['upstream-credential', 'upstream-credential', 'upstream-away', 'upstream-away'],
    );
    for (const status of [200, 400, 402, 404, 413, 429, 500, 503, 529])
      assert.equal(upstreamStatusRefusal(status), null);
  });

  it('know what is trouble of our own', () => {
    assert.equal(admissionRefusal(new ServiceError('unavailable', 'no database')), null);
    assert.equal(admissionRefusal(new Error('x')), null);
  });

  it('list granted models, leaving out ids that read like a status', () => {
    const route = { model: {} } as never;
    const granted = new Map([
      ['b', route],
      ['a', route],
      ['glm-5029-x', route],
      ['model-0429', route],
    ]);
    const { message } = thrownBy(
      () =>
        messages && chooseModel({ model: 'c', otherModels: [] }, messages, { granted, offers: () => true }),
    );

    assert.match(message, /Models of this team: a, b\.$/);
  });
});

describe('request ids', () => {
  it('are letters only, and differ', () => {
    const ids = Array.from({ length: 200 }, () => newRequestId(randomBytes));

    assert.equal(new Set(ids).size, 200);
    for (const id of ids) assert.match(id, /^[a-z]{27}$/);
  });
});
