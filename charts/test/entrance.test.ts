/** The ways in: what goes where, for how long, and what stays inside. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LEAST, render, type Manifest } from './support/helm.ts';
import { at, namesOf, objectOf } from './support/manifests.ts';

const INGRESS = { ingress: { enabled: true } };
const INSIDE = ['/internal', '/metrics', '/ready'];

describe('an Ingress of the chart', function () {
  this.timeout(20_000);
  it('leads both sockets to the relay and the rest to the gateway', async () => {
    const objects = await render([LEAST, INGRESS]);

    assert.deepEqual(backendsOf(objectOf(objects, 'Ingress', 'spectral-relay')), {
      '/agent-connection': 'spectral-relay',
      '/browser-connection': 'spectral-relay',
    });
    assert.equal(backendsOf(objectOf(objects, 'Ingress', 'spectral-gateway'))['/'], 'spectral-gateway');
  });

  it('leads paths that are nobody’s business outside to a Service without pods', async () => {
    const objects = await render([LEAST, INGRESS]);

    const backends = backendsOf(objectOf(objects, 'Ingress', 'spectral-gateway'));
    for (const path of INSIDE) assert.equal(backends[path], 'spectral-nowhere', path);
    assert.equal(at(objectOf(objects, 'Service', 'spectral-nowhere'), 'spec.selector'), undefined);
  });

  it('keeps silent sockets for longer than the heartbeat and hashes on the machine, for nginx', async () => {
    const { annotations } = objectOf(await render([LEAST, INGRESS]), 'Ingress', 'spectral-relay').metadata;

    assert.equal(annotations?.['nginx.ingress.kubernetes.io/proxy-read-timeout'], '120');
    assert.equal(annotations['nginx.ingress.kubernetes.io/upstream-hash-by'], '$arg_machine');
  });

  it('does the same for HAProxy', async () => {
    const objects = await render([LEAST, { ingress: { enabled: true, controller: 'haproxy' } }]);

    const { annotations } = objectOf(objects, 'Ingress', 'spectral-relay').metadata;
    assert.equal(annotations?.['haproxy.org/timeout-tunnel'], '120s');
    assert.equal(annotations['haproxy.org/load-balance'], 'url_param machine');
  });

  it('lets annotations of yours win over its own', async () => {
    const mine = { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '900' };
    const objects = await render([LEAST, INGRESS, { ingress: { annotations: mine } }]);

    for (const name of namesOf(objects, 'Ingress'))
      assert.equal(
        objectOf(objects, 'Ingress', name).metadata.annotations?.[
          'nginx.ingress.kubernetes.io/proxy-read-timeout'
        ],
        '900',
      );
  });

  it('takes its hosts from the addresses, without a port', async () => {
    const addresses = { publicUrl: 'https://a.example.com:8443', relayPublicUrl: 'https://r.example.com' };
    const objects = await render([LEAST, INGRESS, addresses, { ingress: { tlsSecretName: 'tls' } }]);

    for (const [name, host] of [
      ['spectral-gateway', 'a.example.com'],
      ['spectral-relay', 'r.example.com'],
    ] as const) {
      const ingress = objectOf(objects, 'Ingress', name);
      assert.equal(at(ingress, 'spec.rules.0.host'), host);
      assert.deepEqual(at(ingress, 'spec.tls.0.hosts'), [host]);
    }
  });
});

describe('routes of the Gateway API', function () {
  this.timeout(20_000);
  const values = [LEAST, { httpRoute: { enabled: true, parentRefs: [{ name: 'public' }] } }] as const;

  it('have no limit of time where answers stream and sockets stay', async () => {
    const objects = await render(values);

    const relay = objectOf(objects, 'HTTPRoute', 'spectral-relay');
    const gateway = objectOf(objects, 'HTTPRoute', 'spectral-gateway');
    assert.deepEqual(at(relay, 'spec.rules.0.timeouts'), { request: '0s', backendRequest: '0s' });
    assert.deepEqual(at(gateway, 'spec.rules.1.timeouts'), { request: '0s', backendRequest: '0s' });
  });

  it('send paths that are nobody’s business outside to the page', async () => {
    const gateway = objectOf(await render(values), 'HTTPRoute', 'spectral-gateway');

    const matches = at(gateway, 'spec.rules.0.matches') as { path: { value: string } }[];
    assert.deepEqual(
      matches.map(({ path }) => path.value),
      INSIDE,
    );
    assert.equal(at(gateway, 'spec.rules.0.backendRefs'), undefined);
  });
});

/** Service by path. */
function backendsOf(ingress: Manifest): Record<string, string> {
  const paths = at(ingress, 'spec.rules.0.http.paths') as {
    path: string;
    backend: { service: { name: string } };
  }[];
  return Object.fromEntries(paths.map(({ path, backend }) => [path, backend.service.name]));
}
