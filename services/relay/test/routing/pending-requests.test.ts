import assert from 'node:assert/strict';
import { PendingRequests } from '../../src/routing/pending-requests.ts';

const at = (since: number, target = 1) => ({ podId: 'a', reader: 1, target, since });

describe('pending requests of a machine link', () => {
  it('each has its own id and is answered once', () => {
    const pending = new PendingRequests();
    const [first, second] = [pending.add(at(0, 7)), pending.add(at(0, 7))];

    assert.notEqual(first, second);
    assert.equal(pending.take(first)?.target, 7);
    assert.equal(pending.take(first), undefined);
    assert.equal(pending.size, 1);
  });

  it('old ones are forgotten, and only those', () => {
    const pending = new PendingRequests();
    const ids = [1, 2, 3].map((since) => pending.add(at(since)));

    pending.forgetBefore(3);

    assert.equal(pending.size, 1);
    assert.deepEqual(
      ids.map((id) => pending.take(id)?.since),
      [undefined, undefined, 3],
    );
  });

  it('all can be taken out at the end of the link', () => {
    const pending = new PendingRequests();
    pending.add(at(1, 1));
    pending.add(at(2, 2));

    assert.deepEqual(
      pending.drain().map(({ target }) => target),
      [1, 2],
    );
    assert.equal(pending.size, 0);
  });
});
