/** Gateway and relay in memory, behind the operator's HTTP routes: for fleets larger than processes fit on a machine. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FleetMachineState, NewFleetMachine } from '@spectral/proto/wire';
import { OutsideError } from '../../../src/outside/outside-error.ts';
import { createScriptedGateway, type ScriptedGateway } from '../../support/scripted-gateway.ts';
import { createScriptedRelay, type ScriptedRelay } from '../../support/scripted-relay.ts';
import { OPERATOR_SECRET, type Home } from './home.ts';

export interface ScriptedHome extends Home {
  readonly gateway: ScriptedGateway;
  readonly relay: ScriptedRelay;
}

export async function startScriptedHome(): Promise<ScriptedHome> {
  const gateway = createScriptedGateway(Date.now);
  const relay = createScriptedRelay(Date.now);
  const respond = async (asked: IncomingMessage, answer: ServerResponse) => {
    const { status, body } = await answerTo(asked, gateway, relay);
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((asked, answer) => void respond(asked, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    gateway,
    relay,
    gatewayUrl: url,
    relayUrl: url,
    operatorSecret: OPERATOR_SECRET,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerTo(
  asked: IncomingMessage,
  gateway: ScriptedGateway,
  relay: ScriptedRelay,
): Promise<{ status: number; body: unknown }> {
  if (asked.headers.authorization !== `Bearer ${OPERATOR_SECRET}`) return refusal(401, 'unauthorized');
  const body = await bodyOf(asked);
  try {
    const answer = await route(asked, body, gateway, relay);
    return answer === null ? refusal(404, 'not-found') : { status: 200, body: answer };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (error.code === 'stale-fence') return refusal(409, 'stale-fence');
    return refusal(error.code === 'unreachable' ? 503 : 400, error.code);
  }
}

/** The routes of proto/wire/fleet.ts; null for any other. */
async function route(
  { method, url = '' }: IncomingMessage,
  body: unknown,
  gateway: ScriptedGateway,
  relay: ScriptedRelay,
): Promise<unknown> {
  const [what = '', id = '', command = ''] = url.replace('/internal/fleet/', '').split('/');
  switch (`${method} ${[what, id && ':id', command].filter(Boolean).join('/')}`) {
    case 'POST machines':
      return gateway.enrol(body as NewFleetMachine);
    case 'GET machines':
      return { machines: await gateway.machines() };
    case 'PUT machines/:id':
      return done(gateway.tell(id, body as FleetMachineState));
    case 'DELETE machines/:id':
      return done(gateway.revoke(id));
    case 'PUT policies/:id':
      return gateway.setPolicy(id, body as { readonly allow: string[]; readonly deny: string[] });
    case 'POST activity':
      return { machines: await relay.activity((body as { readonly machineIds: string[] }).machineIds) };
    case 'POST machines/:id/cordon':
      return relay.cordon(id, (body as { readonly fence: number }).fence);
    case 'POST machines/:id/uncordon':
      return relay.uncordon(id, (body as { readonly fence: number }).fence);
    default:
      return null;
  }
}

async function done(work: Promise<void>): Promise<{ ok: true }> {
  await work;
  return { ok: true };
}

function refusal(status: number, code: string) {
  return { status, body: { error: { code, message: code } } };
}

async function bodyOf(asked: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of asked) pieces.push(piece as Buffer);
  return pieces.length === 0 ? null : (JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown);
}
