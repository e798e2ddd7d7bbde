import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { grantsUnder } from '../../src/models/policy.ts';
import { openModelRoom } from '../../src/model-room.ts';
import { assertRefused } from '../support/api-client.ts';
import { fleetOf } from '../support/fleet.ts';
import { owner } from '../support/people.ts';
import { startTestGateway, type TestGateway } from '../support/start-gateway.ts';

const IDS = ['claude-one', 'claude-two', 'gpt-five', 'vendor/model-a'];

describe('a model policy', () => {
  const table: readonly [string, string[], string[], string[], string[]][] = [
    ['everything', ['*'], [], IDS, []],
    ['nothing', [], [], [], []],
    ['one by its name', ['gpt-five'], [], ['gpt-five'], []],
    ['a family, but for one', ['claude-*'], ['*two'], ['claude-one'], []],
    ['denials before allowances', ['*'], ['*'], [], []],
    ['a star in the middle', ['v*/*-a'], [], ['vendor/model-a'], []],
    [
      'what matches nothing is named',
      ['gpt-six', 'gpt-five'],
      ['llama*'],
      ['gpt-five'],
      ['gpt-six', 'llama*'],
    ],
    ['a pattern longer than the name', ['gpt-*-five'], [], [], ['gpt-*-five']],
    [
      'other signs mean themselves',
      ['gpt.five', 'claude-(one|two)'],
      [],
      [],
      ['gpt.five', 'claude-(one|two)'],
    ],
  ];
  for (const [what, allow, deny, granted, unmatched] of table) {
    it(`grants ${what}`, () => assert.deepEqual(grantsUnder({ allow, deny }, IDS), { granted, unmatched }));
  }
});

describe('model policies at the gateway', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ ANTHROPIC_API_KEY: 'k' }, { rooms: [openModelRoom] });
  });
  after(() => gateway.close());

  it('set what a team may call, announced when it changed', async () => {
    const { operator } = fleetOf(gateway);
    const { api, teamId } = await owner(gateway);
    const path = `/internal/fleet/policies/${encodeURIComponent(gateway.firstRun.team.name)}`;
    const put = () => operator.put(path, { allow: ['claude-*'], deny: ['*haiku*'] });

    const { status, body } = await put();
    await put();

    assert.equal(status, 200);
    assert.equal(body.teamId, teamId);
    assert.ok(body.granted.length > 0 && body.granted.every((id: string) => !id.includes('haiku')));
    const { catalogue } = (await api.get(`/api/teams/${teamId}/models`)).body;
    const granted = catalogue.filter((model: { granted: boolean }) => model.granted);
    assert.deepEqual(granted.map(({ id }: { id: string }) => id).toSorted(), body.granted.toSorted());
    assert.deepEqual(
      gateway.announced.filter(({ type }) => type === 'models-changed'),
      [{ type: 'models-changed', teamId }],
    );
    assertRefused(
      await operator.put('/internal/fleet/policies/none', { allow: [], deny: [] }),
      404,
      'not-found',
    );
    assertRefused(await api.put(path, { allow: [], deny: [] }), 401, 'unauthenticated');
  });
});
