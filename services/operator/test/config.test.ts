import assert from 'node:assert/strict';
import { ConfigError } from '@spectral/common';
import { readOperatorConfig } from '../src/config.ts';

const NEEDED = {
  SPECTRAL_GATEWAY_URL: 'http://gateway:8080/',
  SPECTRAL_RELAY_URL: 'http://relay:8081',
  SPECTRAL_OPERATOR_SECRET: 'sixteen characters',
};

describe('settings of the operator', () => {
  it('need a gateway, a relay and a secret, and have a default for everything else', () => {
    assert.deepEqual(
      { ...readOperatorConfig(NEEDED) },
      {
        host: '127.0.0.1',
        port: 8082,
        gatewayUrl: 'http://gateway:8080',
        relayUrl: 'http://relay:8081',
        agentGatewayUrl: 'http://gateway:8080',
        operatorSecret: 'sixteen characters',
        namespaces: ['default'],
        leaseNamespace: 'default',
        leaseName: 'spectral-operator',
        kubeconfig: null,
        serviceAccount: {
          directory: '/var/run/secrets/kubernetes.io/serviceaccount',
          host: null,
          port: null,
        },
        logLevel: 'info',
      },
    );
  });

  it('watches the namespaces given, each once, else its own', () => {
    const watched = (list: string) =>
      readOperatorConfig({ ...NEEDED, SPECTRAL_LEASE_NAMESPACE: 'spectral', SPECTRAL_WATCH_NAMESPACES: list })
        .namespaces;
    assert.deepEqual(watched('builders, testers,builders'), ['builders', 'testers']);
    assert.deepEqual(watched(''), ['spectral']);
  });

  it('every fault is told at once, and no secret', () => {
    assert.throws(
      () =>
        readOperatorConfig({
          SPECTRAL_OPERATOR_SECRET: 'short',
          SPECTRAL_WATCH_NAMESPACES: 'Builders',
          SPECTRAL_LEASE_NAME: '-',
          SPECTRAL_PORT: '99999',
        }),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.faults.length, 6);
        assert.doesNotMatch(error.message, /short"/);
        return true;
      },
    );
  });
});
