import assert from 'node:assert/strict';
import type { Leader } from '../../src/cluster/index.ts';
import { createHttpGateway } from '../../src/outside/http-gateway.ts';
import { createHttpRelay } from '../../src/outside/http-relay.ts';
import { OutsideError } from '../../src/outside/outside-error.ts';

const leading: Pick<Leader, 'assertLeading'> = { assertLeading: () => 7 };
const idle = { machineId: 'm 1', state: 'idle', activity: null, linked: true, lastSeenAt: null };

describe('calls of the gateway and the relay', () => {
  it('carry the operator’s secret, and names in addresses are escaped', async () => {
    const seen: Request[] = [];
    const relay = createHttpRelay(
      partsWith(async (request) => (seen.push(request), Response.json(idle))),
      leading,
    );

    await relay.cordon('m 1', 7);

    assert.equal(seen[0]?.url, 'http://home/internal/fleet/machines/m%201/cordon');
    assert.equal(seen[0]?.headers.get('authorization'), 'Bearer sixteen-characters');
    assert.deepEqual(await seen[0]?.json(), { fence: 7 });
  });

  it('a newer leader is told apart from a refusal, and both from silence', async () => {
    const refuse = (status: number, code: string) => async () =>
      Response.json({ error: { code, message: 'because' } }, { status });
    assert.equal(await codeOf(refuse(409, 'stale-fence')), 'stale-fence');
    assert.equal(await codeOf(refuse(403, 'forbidden')), 'refused');
    assert.equal(await codeOf(refuse(429, 'rate-limited')), 'unreachable');
    assert.equal(await codeOf(async () => new Response('<html>', { status: 502 })), 'unreachable');
    assert.equal(await codeOf(async () => Response.json({ other: 'form' })), 'unreachable');
    assert.equal(await codeOf(async () => Promise.reject(new Error('ECONNREFUSED'))), 'unreachable');
  });

  it('a call without an answer ends in time', async () => {
    const never = (request: Request) =>
      new Promise<Response>((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
      });
    assert.equal(await codeOf(never, 20), 'unreachable');
  });

  it('revoking what is not there is fine', async () => {
    const gone = async () => Response.json({ error: { code: 'not-found', message: '' } }, { status: 404 });
    await createHttpGateway(partsWith(gone), leading).revoke('m1');
  });

  it('who does not lead changes nothing', async () => {
    const calls: string[] = [];
    const parts = partsWith(async (request) => (calls.push(request.method), Response.json({ machines: [] })));
    const notLeading = {
      assertLeading(): number {
        throw new Error('not leading');
      },
    };
    const gateway = createHttpGateway(parts, notLeading);
    const relay = createHttpRelay(parts, notLeading);
    await assert.rejects(gateway.revoke('m1'));
    await assert.rejects(gateway.enrol({ uid: 'u', name: 'n', team: 't', pool: 'p', visibility: 'SHARED' }));
    await assert.rejects(gateway.setPolicy('t', { allow: [], deny: [] }));
    await assert.rejects(relay.cordon('m1', 7));
    await assert.rejects(relay.uncordon('m1', 7));
    assert.deepEqual(calls, []);

    await gateway.machines();
    await relay.activity(['m1']);
    assert.deepEqual(calls, ['GET', 'POST']);
  });
});

function partsWith(answer: (request: Request) => Promise<Response>, timeoutMs = 1_000) {
  const send: typeof fetch = (input, init) => answer(new Request(input, init));
  return { url: 'http://home', secret: 'sixteen-characters', timeoutMs, fetch: send };
}

async function codeOf(answer: (request: Request) => Promise<Response>, timeoutMs = 1_000): Promise<string> {
  try {
    await createHttpRelay(partsWith(answer, timeoutMs), leading).cordon('m1', 7);
    return 'fine';
  } catch (error) {
    assert.ok(error instanceof OutsideError);
    return error.code;
  }
}
