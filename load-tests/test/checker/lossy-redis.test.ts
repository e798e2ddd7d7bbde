import assert from 'node:assert/strict';
import { endOfReply } from '../../src/checker/lossy-redis.ts';

describe('the end of a Redis reply', () => {
  const REPLIES = [
    '+OK\r\n',
    ':12\r\n',
    '$5\r\na\r\nbc\r\n',
    '$-1\r\n',
    '*-1\r\n',
    '*2\r\n$1\r\na\r\n*1\r\n:3\r\n',
    '>3\r\n$7\r\nmessage\r\n$3\r\npod\r\n$4\r\n\r\n\r\n\r\n',
    '%1\r\n+key\r\n_\r\n',
  ];

  it('is found in each kind of reply, with another behind it', () => {
    for (const reply of REPLIES) {
      assert.equal(endOfReply(Buffer.from(`${reply}+OK\r\n`), 0), reply.length, JSON.stringify(reply));
    }
  });

  it('is not found while the reply is not whole', () => {
    for (const reply of REPLIES) {
      for (let length = 0; length < reply.length; length++)
        assert.equal(endOfReply(Buffer.from(reply.slice(0, length)), 0), null, JSON.stringify(reply));
    }
  });
});
