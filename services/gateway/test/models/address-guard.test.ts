import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AddressRefused,
  checkBaseUrl,
  guardedLookup,
  isPrivateAddress,
  type AddressRules,
} from '../../src/models/address-guard.ts';
import { createUpstreamPools, UPSTREAM_TIMEOUTS } from '../../src/inference/upstream-pools.ts';

const STRICT: AddressRules = { allowPrivate: false, allowedHosts: [] };
const OPEN: AddressRules = { allowPrivate: true, allowedHosts: [] };
const LISTED: AddressRules = { allowPrivate: false, allowedHosts: ['vllm.models.svc'] };

describe('addresses', () => {
  it('of the host, of private networks and of special purpose are not public', () => {
    for (const address of [
      '127.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fd00::1',
      'fe80::1',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      'no address',
    ]) {
      assert.equal(isPrivateAddress(address), true, address);
    }
    for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])
      assert.equal(isPrivateAddress(address), false, address);
  });
});

describe('the form of a base URL', () => {
  const refuses = (url: string, rules: AddressRules) =>
    assert.throws(() => checkBaseUrl(url, rules), AddressRefused, url);

  it('must be https to a public host', () => {
    checkBaseUrl('https://llm.example.com/v1', STRICT);
    for (const url of [
      'http://llm.example.com',
      'ftp://x',
      'https://user:pass@llm.example.com',
      'https://127.0.0.1',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254',
    ])
      refuses(url, STRICT);
  });

  it('may be plain http and private where the operator allowed it', () => {
    checkBaseUrl('http://vllm.models.svc:8000/v1', LISTED);
    checkBaseUrl('http://10.0.0.5:8000/v1', OPEN);
    refuses('http://other.models.svc', LISTED);
    refuses('http://169.254.169.254', OPEN);
    refuses('http://[fd00:ec2::254]', OPEN);
  });
});

describe('the guarded lookup', () => {
  const resolving = (rules: AddressRules, addresses: LookupAddress[]) =>
    new Promise<unknown>((resolve) => {
      const dns = ((_host: string, _options: object, done: (error: null, found: LookupAddress[]) => void) =>
        done(null, addresses)) as never;
      guardedLookup(rules, dns)('llm.example.com', {}, (error, address) => resolve(error ?? address));
    });

  it('gives public addresses and refuses a name with any other', async () => {
    assert.equal(await resolving(STRICT, [{ address: '1.1.1.1', family: 4 }]), '1.1.1.1');
    assert.ok(
      (await resolving(STRICT, [
        { address: '1.1.1.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ])) instanceof AddressRefused,
    );
    assert.ok((await resolving(STRICT, [])) instanceof AddressRefused);
    assert.equal(await resolving(OPEN, [{ address: '10.0.0.1', family: 4 }]), '10.0.0.1');
    assert.ok((await resolving(OPEN, [{ address: '169.254.169.254', family: 4 }])) instanceof AddressRefused);
  });

  it('keeps a team’s endpoint from the gateway’s neighbours at the moment of connecting', async () => {
    const hits: string[] = [];
    const neighbour = createServer(
      (request, response) => void (hits.push(request.url ?? ''), response.end()),
    );
    await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
    const { port } = neighbour.address() as AddressInfo;
    const pools = createUpstreamPools({ timeouts: UPSTREAM_TIMEOUTS, addressRules: STRICT });
    const team = { basePath: '', key: null, credentialHeader: 'authorization', trust: 'team' } as const;
    const pool = pools.poolFor({ ...team, origin: `https://localhost:${port}` });

    await assert.rejects(pool.request({ path: '/', method: 'GET' }), AddressRefused);

    assert.throws(() => pools.poolFor({ ...team, origin: `https://127.0.0.1:${port}` }), AddressRefused);
    assert.deepEqual(hits, []);
    await pools.close();
    await new Promise((resolve) => neighbour.close(resolve));
  });
});
