/** A signed-in person: the page without a page. */
import {
  connectMachine,
  createGatewayClient,
  type ConnectionState,
  type FetchText,
  type GatewayClient,
  type MachineClient,
} from '@spectral/proto/client';
import type { Machine } from '@spectral/proto/wire';
import { waitFor } from './wait.ts';

export interface Person {
  readonly gateway: GatewayClient;
  /** The `Cookie` header of the login. */
  readonly cookie: string;
  /** The first machine that is online. */
  onlineMachine(): Promise<Machine>;
  /** A tab on a machine; `through` sends its link by another origin, such as a proxy. */
  connect(machineId: string, through?: string, onState?: (state: ConnectionState) => void): MachineClient;
}

/** Signs in with a one-time link. */
export async function signIn(gatewayUrl: string, loginLink: string): Promise<Person> {
  const jar = { cookie: '' };
  const gateway = createGatewayClient({ baseUrl: gatewayUrl, fetch: browserLikeFetch(gatewayUrl, jar) });
  await gateway.loginByLink(new URL(loginLink).searchParams.get('code') ?? '');
  return personOf(gateway, jar.cookie);
}

/** The same person in another process, by the cookie of the login. */
export function signedIn(gatewayUrl: string, cookie: string): Person {
  const fetch = browserLikeFetch(gatewayUrl, { cookie });
  return personOf(createGatewayClient({ baseUrl: gatewayUrl, fetch }), cookie);
}

function personOf(gateway: GatewayClient, cookie: string): Person {
  return {
    gateway,
    cookie,
    onlineMachine: () =>
      waitFor('a machine to be online', 30_000, async () =>
        (await gateway.machines()).find(({ online }) => online),
      ),
    connect: (machineId, through, onState = () => {}) =>
      connectMachine({
        machineId,
        onState,
        async getTicket() {
          const ticket = await gateway.relayTicket(machineId);
          return through ? { ...ticket, relayUrl: through } : ticket;
        },
      }),
  };
}

/** Sends the origin and keeps the cookie, as a browser does. */
function browserLikeFetch(origin: string, jar: { cookie: string }): FetchText {
  return async (url, init) => {
    const headers = { ...init.headers, origin, ...(jar.cookie ? { cookie: jar.cookie } : {}) };
    const response = await fetch(url, {
      method: init.method,
      headers,
      signal: init.signal,
      ...(init.body ? { body: init.body } : {}),
    });
    const set = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (set.length > 0) jar.cookie = set.join('; ');
    return response;
  };
}
