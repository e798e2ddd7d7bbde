/** What a relay process asks of a gateway, over HTTP: the keys, and who stands. */
import { createServer } from 'node:http';
import { JWKS_PATH, STANDING_PATH, listen, standingQuestion } from '@spectral/common';
import { parseJson } from '@spectral/proto/wire';
import { afterTest } from './clean-up.ts';
import type { Identity } from './identity.ts';

export const SERVICE_SECRET = 'a secret of the service, for tests';

/** Starts it and gives its address. Closed after the test. */
export async function startFakeGateway(identity: Identity): Promise<string> {
  const server = createServer((request, response) => {
    const answer = async () => {
      if (request.url === JWKS_PATH) return identity.jwks;
      const isService = request.headers.authorization === `Bearer ${SERVICE_SECRET}`;
      if (request.url !== STANDING_PATH || !isService) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      return identity.standing(parseJson(standingQuestion, Buffer.concat(chunks).toString(), 'standing'));
    };
    answer().then(
      (body) => response.writeHead(body ? 200 : 404).end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}
