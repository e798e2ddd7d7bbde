import { strict as assert } from 'node:assert';
import { BadInput, type RequestPayload } from '@spectral/proto/wire';
import { NoSuchThing, NotNow } from '../../src/live/live-errors.ts';
import { createAnswering } from '../../src/requests/answering.ts';
import { createOnce } from '../../src/requests/once.ts';
import type { Route } from '../../src/requests/routes.ts';
import { StoreUnavailable } from '../../src/store/store-errors.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { openTestStore } from '../support/test-store.ts';

const ADA = { userId: 'ada', name: 'Ada' };
const get = (path: string): RequestPayload => ({ v: 1, method: 'GET', path });

describe('answering requests', () => {
  const defer = useCleanUp();

  for (const [thrown, status, code] of [
    [new BadInput('title: expected text', 'title'), 400, 'bad-input'],
    [new NoSuchThing('session', 'x'), 404, 'not-found'],
    [new NotNow('session-busy', 'busy'), 409, 'session-busy'],
    [new StoreUnavailable('disk-full', 'full'), 500, 'disk-full'],
    [new Error('secret path /home/ada'), 500, 'machine-failed'],
  ] as const) {
    it(`answers ${status} ${code} when a handler throws ${thrown.constructor.name}, never with a stack`, async () => {
      const { answering } = await answeringWith([
        { method: 'GET', pattern: '/x', handle: () => Promise.reject(thrown) },
      ]);

      const answer = await answering(get('/x'), ADA);

      assert.equal(answer.status, status);
      assert.equal((answer.body as { error: { code: string } }).error.code, code);
      assert.doesNotMatch(JSON.stringify(answer), /secret|at .*\.ts/);
    });
  }

  it('answers 404 for an unknown path and for the wrong method', async () => {
    const { answering } = await answeringWith([{ method: 'GET', pattern: '/x', handle: () => 1 }]);

    assert.equal((await answering(get('/y'), ADA)).status, 404);
    assert.equal((await answering({ ...get('/x'), method: 'POST' }, ADA)).status, 404);
  });

  it('gives a handler the decoded parts of the path, the query and who asks', async () => {
    const { answering } = await answeringWith([
      {
        method: 'GET',
        pattern: '/a/:id',
        handle: ({ params, query, actor }) => [params['id'], query.get('q'), actor?.name],
      },
    ]);

    assert.deepEqual((await answering(get('/a/b%20c?q=%C3%A4'), ADA)).body, ['b c', 'ä', 'Ada']);
    assert.equal((await answering(get('/a/%zz'), ADA)).status, 400);
  });

  it('answers a fast request while a slow one is still being worked on', async () => {
    const slow = Promise.withResolvers<string>();
    const { answering } = await answeringWith([
      { method: 'GET', pattern: '/slow', handle: () => slow.promise },
      { method: 'GET', pattern: '/fast', handle: () => 'fast' },
    ]);

    const waiting = answering(get('/slow'), ADA);
    const fast = await answering(get('/fast'), ADA);
    slow.resolve('slow');

    assert.deepEqual([fast.body, (await waiting).body], ['fast', 'slow']);
  });

  it('runs a changing request once per key and asker, also after a restart', async () => {
    const runs: string[] = [];
    const routes: Route[] = [
      { method: 'POST', pattern: '/x', status: 201, handle: ({ actor }) => runs.push(actor?.name ?? '') },
    ];
    const { answering, again } = await answeringWith(routes);
    const request: RequestPayload = { v: 1, method: 'POST', path: '/x', key: 'key-0001' };

    const [first, second] = await Promise.all([answering(request, ADA), answering(request, ADA)]);
    const restarted = await again()(request, ADA);
    const other = await answering(request, { userId: 'bob', name: 'Bob' });

    assert.deepEqual(
      [first, second, restarted].map((answer) => [answer.status, answer.body]),
      [
        [201, 1],
        [201, 1],
        [201, 1],
      ],
    );
    assert.equal(other.body, 2);
    assert.deepEqual(runs, ['Ada', 'Bob']);
  });

  it('refuses a key that was used for another request', async () => {
    const { answering } = await answeringWith([
      { method: 'POST', pattern: '/x', handle: () => 'x' },
      { method: 'POST', pattern: '/y', handle: () => 'y' },
    ]);
    await answering({ v: 1, method: 'POST', path: '/x', key: 'key-0001' }, ADA);

    assert.equal((await answering({ v: 1, method: 'POST', path: '/y', key: 'key-0001' }, ADA)).status, 409);
  });

  it('tries again after a failure, since that may have passed', async () => {
    const outcomes = [new Error('no'), null];
    const { answering } = await answeringWith([
      {
        method: 'POST',
        pattern: '/x',
        handle: () => {
          const outcome = outcomes.shift();
          if (outcome) throw outcome;
          return 'done';
        },
      },
    ]);
    const request: RequestPayload = { v: 1, method: 'POST', path: '/x', key: 'key-0001' };

    assert.deepEqual(
      [(await answering(request, ADA)).status, (await answering(request, ADA)).status],
      [500, 200],
    );
  });

  async function answeringWith(routes: readonly Route[]) {
    const store = await openTestStore(defer);
    const again = () =>
      createAnswering({
        routes,
        once: createOnce(
          store.answers,
          () => 1,
          () => {},
        ),
        log: () => {},
      });
    return { answering: again(), again };
  }
});
