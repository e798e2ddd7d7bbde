import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { describeDefinitions } from './definitions.cases.ts';
import { renderedDefinitions } from './definitions.ts';
import { describeRules } from './rules.cases.ts';

/** One server for all of it: it takes longer to start than to ask. */
describe('our kinds on an API server', function () {
  this.timeout(90_000);
  let server: ApiServer | undefined;

  before(async () => void (server = await startApiServer({ definitions: await renderedDefinitions() })));
  after(() => server?.stop());

  const started = (): ApiServer => {
    if (server === undefined) throw new Error('the API server did not start');
    return server;
  };
  describeRules(started);
  describeDefinitions(started);
});
