import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenFailed } from '@spectral/common';
import { describe, it } from 'mocha';
import { startTestGateway } from './support/start-gateway.ts';

describe('starting the gateway', () => {
  it('on a port that is taken fails, naming it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      await assert.rejects(startTestGateway({ SPECTRAL_PORT: String(port) }), (error) => {
        assert.ok(error instanceof ListenFailed);
        assert.match(error.message, new RegExp(String(port)));
        return true;
      });
    } finally {
      other.close();
    }
  });

  it('ends while connections are kept open', async () => {
    const gateway = await startTestGateway();
    await gateway.stranger().get('/health');
    const startedAt = Date.now();

    await gateway.close();

    assert.ok(Date.now() - startedAt < 2_000);
    await assert.rejects(fetch(`${gateway.url}/health`));
  });
});
