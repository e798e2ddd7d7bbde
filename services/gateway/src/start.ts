/** The gateway on a port of its own. */
import { createServer, type RequestListener } from 'node:http';
import { closeServer, listen } from '@spectral/common';
import { createGateway, type Gateway, type GatewayParts } from './app.ts';
import type { GatewayConfig } from './config.ts';

export interface RunningGateway {
  readonly gateway: Gateway;
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Refuses new work, waits `graceMs` for what runs, and ends. */
  close(graceMs?: number): Promise<void>;
}

/** Time for answers that stream; models take long. */
const GRACE_MS = 10_000;
/** Longer than load balancers keep an idle connection, so that none sends into one that just closed. */
const KEEP_ALIVE_MS = 75_000;

/** Listens first, so a busy port fails before anything is written. Throws ListenFailed, and what createGateway throws. */
export async function startGateway(config: GatewayConfig, parts: GatewayParts): Promise<RunningGateway> {
  const serving: { app: RequestListener } = { app: starting };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) =>
    serving.app(request, response),
  );
  const port = await listen(server, config);
  try {
    const gateway = await createGateway(withPort(config, port), parts);
    serving.app = gateway.app;
    return {
      gateway,
      url: `http://${config.host}:${port}`,
      async close(graceMs = GRACE_MS) {
        gateway.startDraining();
        await closeServer(server, graceMs);
        await gateway.close();
      },
    };
  } catch (error) {
    await closeServer(server, 0);
    throw error;
  }
}

/** While the schema is brought up to date. */
const starting: RequestListener = (_request, response) => {
  response.writeHead(503, { 'retry-after': '1', 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code: 'unavailable', message: 'the gateway is starting' } }));
};

/** With port 0 the addresses made from it are known only now. */
function withPort(config: GatewayConfig, port: number): GatewayConfig {
  if (config.port !== 0) return config;
  const bound = (url: string) => url.replace(/^(http:\/\/localhost):0$/, `$1:${port}`);
  return {
    ...config,
    port,
    publicUrl: bound(config.publicUrl),
    relayPublicUrl: bound(config.relayPublicUrl),
  };
}
