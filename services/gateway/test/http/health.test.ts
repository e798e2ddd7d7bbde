import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

describe('health', () => {
  let gateway: TestGateway;
  const fault = { away: false };
  before(async () => {
    const check = async () => {
      if (fault.away) throw new Error('connect ECONNREFUSED 10.0.0.7:6379');
    };
    gateway = await startTestGateway({}, { needs: [{ name: 'redis', check }] });
  });
  after(() => gateway.close());

  it('ready names what is away, without telling strangers where it is', async () => {
    assert.deepEqual((await gateway.stranger().get('/ready')).body, { status: 'ready', faults: [] });
    fault.away = true;

    const answer = await gateway.stranger().get('/ready');
    const alive = await gateway.stranger().get('/health');
    fault.away = false;

    assert.equal(answer.status, 503);
    assert.deepEqual(answer.body, { status: 'not-ready', faults: ['redis'] });
    assert.deepEqual([alive.status, alive.body], [200, { status: 'ok' }]);
  });

  it('metrics count requests by method and status, never by path', async () => {
    await gateway.stranger().get('/api/teams');

    const { body, headers } = await gateway.stranger().get('/metrics');

    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0.0.4/);
    assert.match(body, /^gateway_http_request_seconds_count\{method="GET",status="401"\} \d+$/m);
    assert.doesNotMatch(body, /api\/teams/);
  });

  it('a process that begins to stop is not ready any more', async () => {
    gateway.running.gateway.startDraining();

    assert.deepEqual((await gateway.stranger().get('/ready')).body, { status: 'draining', faults: [] });
  });
});
