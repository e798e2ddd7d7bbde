import assert from 'node:assert/strict';
import { ConfigError, readEnv } from '../src/env.ts';
import { BadRedisUrl, parseRedisUrl, readRedisUrl } from '../src/redis-address.ts';

const NOBODY = { username: '', password: '' };
const PLAIN = {
  kind: 'standalone',
  nodes: [{ host: 'redis', port: 6379 }],
  master: '',
  database: 0,
  credentials: NOBODY,
  sentinelCredentials: NOBODY,
  tls: null,
};

describe('address of Redis', () => {
  it('one server, with the usual port and database unless told', () => {
    assert.deepEqual(parseRedisUrl('redis://redis'), PLAIN);
    assert.deepEqual(parseRedisUrl('redis://redis:6380/3'), {
      ...PLAIN,
      nodes: [{ host: 'redis', port: 6380 }],
      database: 3,
    });
    assert.deepEqual(parseRedisUrl('redis://[::1]:7000/').nodes, [{ host: '::1', port: 7000 }]);
  });

  it('a user and a password, whatever is in them', () => {
    const { credentials } = parseRedisUrl('redis://relay:p%40ss%3A%2F@w@redis');
    assert.deepEqual(credentials, { username: 'relay', password: 'p@ss:/@w' });
    assert.deepEqual(parseRedisUrl('redis://:secret@redis').credentials, {
      username: '',
      password: 'secret',
    });
  });

  it('TLS, with an authority of one’s own', () => {
    assert.deepEqual(parseRedisUrl('rediss://redis').tls, { caFile: null });
    assert.deepEqual(parseRedisUrl('rediss+cluster://a,b?ca=/etc/redis/ca.pem').tls, {
      caFile: '/etc/redis/ca.pem',
    });
  });

  it('Sentinels and the master they name', () => {
    const url = 'redis+sentinel://u:p@h1,h2:26380/my%20master/2?sentinel-user=s&sentinel-password=t';
    assert.deepEqual(parseRedisUrl(url), {
      kind: 'sentinel',
      nodes: [
        { host: 'h1', port: 26379 },
        { host: 'h2', port: 26380 },
      ],
      master: 'my master',
      database: 2,
      credentials: { username: 'u', password: 'p' },
      sentinelCredentials: { username: 's', password: 't' },
      tls: null,
    });
  });

  it('some nodes of a cluster', () => {
    const { kind, nodes } = parseRedisUrl('redis+cluster://h1,h2:7001');
    assert.equal(kind, 'cluster');
    assert.deepEqual(nodes, [
      { host: 'h1', port: 6379 },
      { host: 'h2', port: 7001 },
    ]);
  });

  for (const [url, expected] of [
    ['http://redis', /give redis:\/\/host/],
    ['redis', /give redis:\/\/host/],
    ['redis+cloud://redis', /give redis:\/\/host/],
    ['redis://', /"" is no host/],
    ['redis://redis:0', /"redis:0" is no host/],
    ['redis://redis:99999', /is no host with a port/],
    ['redis://a,b', /several hosts/],
    ['redis://redis/one', /"one" is no database/],
    ['redis+cluster://a/2', /database 0 alone/],
    ['redis+sentinel://a', /name of the master is missing/],
    ['redis://user@redis', /without a password/],
    ['redis://u:%zz@redis', /%25/],
    ['redis://redis?ca=/a', /needs TLS/],
    ['redis://redis?colour=red', /"colour" is not known; known are ca/],
    ['redis+cluster://a?sentinel-user=u', /without Sentinels/],
  ] as const) {
    it(`what is wrong is said: ${url}`, () => {
      assert.throws(() => parseRedisUrl(url), expected);
    });
  }

  it('all faults are told at once, and none holds the password', () => {
    assert.throws(
      () => parseRedisUrl('redis://u:hunter2@a,b:x/one?ca=/a&colour=red'),
      (error) =>
        error instanceof BadRedisUrl && error.faults.length === 5 && !error.message.includes('hunter2'),
    );
  });

  it('as a setting: kept as written, or a fault that names the variable', () => {
    const read = (value: string | undefined) => {
      const reader = readEnv('relay', { REDIS_URL: value });
      const url = readRedisUrl(reader, 'REDIS_URL');
      reader.finish();
      return url;
    };

    assert.equal(read(undefined), null);
    assert.equal(read('rediss://u:p@redis:6380'), 'rediss://u:p@redis:6380');
    assert.throws(
      () => read('redis://a,b'),
      (error) => error instanceof ConfigError && /REDIS_URL: several/.test(error.message),
    );
  });
});
