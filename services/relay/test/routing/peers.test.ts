import assert from 'node:assert/strict';
import { PeerTable } from '../../src/routing/peers.ts';

describe('peers of a machine link', () => {
  it('readers of the same number on two pods are two peers', () => {
    const peers = new PeerTable();
    const [here, there] = [peers.add('a', 1), peers.add('b', 1)];

    assert.notEqual(here.handle, there.handle);
    assert.equal(peers.find('b', 1), there);
    assert.equal(peers.byHandle(here.handle), here);
  });

  it('a handle is never used again', () => {
    const peers = new PeerTable();
    const first = peers.add('a', 1);
    peers.remove(first);
    const second = peers.add('a', 1);

    assert.notEqual(first.handle, second.handle);
    assert.equal(peers.byHandle(first.handle), undefined);
  });

  it('knows the pods it has peers of', () => {
    const peers = new PeerTable();
    peers.add('a', 1);
    const last = peers.add('b', 1);
    peers.remove(last);

    assert.deepEqual(peers.pods(), ['a']);
    assert.deepEqual(peers.ofPod('b'), []);
    assert.equal(peers.byHandle(last.handle), undefined);
  });
});
