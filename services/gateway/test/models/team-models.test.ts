import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@spectral/common';
import type { NewUserModel } from '@spectral/proto/wire';
import { createModelStore, type ModelStore } from '../../src/models/model-store.ts';
import { DEMO_MODEL } from '../../src/models/providers.ts';
import { createTeamModels, grantedRoutes } from '../../src/models/team-models.ts';
import type { ModelRoute } from '../../src/models/upstream.ts';
import { CannotOpen, createSealer } from '../../src/secrets/index.ts';
import type { OpenDatabase } from '../../src/database/index.ts';
import type { ModelTables } from '../../src/models/tables.ts';
import { embeddedDatabase } from '../support/databases.ts';

const route = (id: string): ModelRoute => ({
  model: { ...DEMO_MODEL, id },
  upstreamModel: id,
  upstream: {
    origin: 'https://central',
    basePath: '',
    key: 'central',
    credentialHeader: 'x-api-key',
    trust: 'central',
  },
});
const BASE = new Map(['a', 'b'].map((id) => [id, route(id)]));
const OWN: NewUserModel = {
  modelId: 'own',
  displayName: 'Own',
  baseUrl: 'https://llm.example.com/v1',
  api: 'openai-completions',
  contextWindow: 8192,
  maxOutput: 1024,
  reasoning: false,
  input: ['text'],
  price: null,
  compat: { supportsStore: false },
  apiKey: 'sk-secret',
};

describe("a team's models", () => {
  let database: OpenDatabase;
  let store: ModelStore;
  const sealer = createSealer(Buffer.alloc(32, 1));
  const [team, otherTeam] = [randomUUID(), randomUUID()];

  beforeEach(async () => {
    database = await embeddedDatabase();
    for (const id of [team, otherTeam])
      await database.db.insertInto('teams').values({ id, name: 'T', created_at: new Date() }).execute();
    store = createModelStore({ db: database.db, sealer, newId: randomUUID, now: () => new Date() });
  });
  afterEach(() => database.close());

  it('are all base models until the team chooses', () => {
    assert.deepEqual([...grantedRoutes(BASE, null, []).keys()], ['a', 'b']);
    assert.deepEqual([...grantedRoutes(BASE, ['b', 'gone'], []).keys()], ['b']);
    assert.deepEqual([...grantedRoutes(BASE, [], []).keys()], []);
  });

  it('keep their choice, each team its own', async () => {
    await store.setGrants(team, ['a']);
    await store.setGrants(team, ['b']);

    assert.deepEqual([await store.grantsOf(team), await store.grantsOf(otherTeam)], [['b'], null]);
  });

  it('lead a model the team brought to its own endpoint, even under the id of a base model', async () => {
    const own = await store.addUserModel(team, { ...OWN, modelId: 'a', upstreamModel: 'real' });

    const routed = grantedRoutes(BASE, null, [own]).get('a');

    assert.deepEqual(
      [routed?.upstream.trust, routed?.upstream.key, routed?.upstreamModel, routed?.model.kind],
      ['team', 'sk-secret', 'real', 'user'],
    );
    assert.deepEqual(routed?.model.compat, { supportsStore: false });
  });

  it('seal keys, bound to their team and row', async () => {
    const own = await store.addUserModel(team, OWN);
    const db = database.db.$extendTables<ModelTables>();
    const row = await db.selectFrom('user_models').selectAll().executeTakeFirstOrThrow();

    assert.doesNotMatch(JSON.stringify(row), /sk-secret/);
    assert.equal((await store.userModelsOf(team))[0]?.key, 'sk-secret');
    assert.throws(
      () => sealer.open(row.sealed_key ?? '', `user-model-key:${otherTeam}:${own.rowId}`),
      CannotOpen,
    );
  });

  it('keep what a change leaves out', async () => {
    const { rowId } = await store.addUserModel(team, OWN);

    const renamed = await store.changeUserModel(team, rowId, { displayName: 'New' });
    const keyless = await store.changeUserModel(team, rowId, { apiKey: '' });

    assert.deepEqual(
      [renamed.settings.displayName, renamed.settings.contextWindow, renamed.key],
      ['New', 8192, 'sk-secret'],
    );
    assert.equal(keyless.key, null);
  });

  it('belong to one team alone', async () => {
    const { rowId } = await store.addUserModel(team, OWN);
    const refused = (code: string) => (error: unknown) =>
      error instanceof ServiceError && error.code === code;

    await assert.rejects(store.changeUserModel(otherTeam, rowId, { displayName: 'x' }), refused('not-found'));
    await assert.rejects(store.removeUserModel(otherTeam, rowId), refused('not-found'));
    await assert.rejects(store.addUserModel(team, OWN), refused('conflict'));
    assert.deepEqual(await store.userModelsOf(otherTeam), []);
  });

  it('are read again when an announcement says so, or a few seconds have passed', async () => {
    const clock = { ms: 0 };
    const models = createTeamModels(BASE, store, () => clock.ms);
    const ids = async () => [...(await models.grantedTo(team)).granted.keys()];
    assert.deepEqual(await ids(), ['a', 'b']);
    await store.setGrants(team, ['a']);
    assert.deepEqual(await ids(), ['a', 'b']);

    models.onAnnouncement({ type: 'models-changed', teamId: otherTeam });
    assert.deepEqual(await ids(), ['a', 'b']);
    models.onAnnouncement({ type: 'models-changed', teamId: team });
    assert.deepEqual(await ids(), ['a']);
    await store.setGrants(team, ['b']);
    clock.ms += 6_000;
    assert.deepEqual(await ids(), ['b']);
  });

  it('do not remember a failure', async () => {
    const failing = { times: 0 };
    const flaky: ModelStore = {
      ...store,
      grantsOf: async (id) =>
        (failing.times += 1) === 1 ? Promise.reject(new Error('away')) : store.grantsOf(id),
    };
    const models = createTeamModels(BASE, flaky, () => 0);

    await assert.rejects(models.grantedTo(team), /away/);
    assert.equal((await models.grantedTo(team)).granted.size, 2);
  });
});
