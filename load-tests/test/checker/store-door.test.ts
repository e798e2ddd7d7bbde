import assert from 'node:assert/strict';
import { withDoors } from '../../src/checker/store-door.ts';

const DOORS = new Map([[30_001, 40_001]]);

describe('the doors to Redis', () => {
  it('stand in for the server that a Sentinel names', () => {
    assert.equal(
      behindDoors('*2\r\n$9\r\n127.0.0.1\r\n$5\r\n30001\r\n'),
      '*2\r\n$9\r\n127.0.0.1\r\n$5\r\n40001\r\n',
    );
  });

  it('stand in for the servers of a cluster, in its slots and in redirections', () => {
    assert.equal(
      behindDoors('*1\r\n*3\r\n:0\r\n:5460\r\n*2\r\n$9\r\n127.0.0.1\r\n:30001\r\n'),
      '*1\r\n*3\r\n:0\r\n:5460\r\n*2\r\n$9\r\n127.0.0.1\r\n:40001\r\n',
    );
    assert.equal(behindDoors('-MOVED 3999 127.0.0.1:30001\r\n'), '-MOVED 3999 127.0.0.1:40001\r\n');
  });

  it('leave values alone, whatever stands in them, and servers without a door', () => {
    for (const reply of [':30001\r\n', '$11\r\n1 30001 0 x\r\n', '*1\r\n$5\r\n30002\r\n', '+30001\r\n'])
      assert.equal(behindDoors(reply), reply);
  });
});

function behindDoors(reply: string): string {
  return withDoors(Buffer.from(reply), DOORS).toString();
}
