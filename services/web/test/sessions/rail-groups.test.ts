import assert from 'node:assert/strict';
import type { MachineLists } from '@spectral/proto/client';
import { railGroups } from '../../src/sessions/rail-groups.ts';
import { FakeMachine } from '../support/fake-machine.ts';

function lists(): MachineLists {
  const machine = new FakeMachine();
  const relay = machine.addProject('/home/ada/relay');
  const site = machine.addProject('/home/ada/site');
  machine.addSession(relay.id, { title: 'Bound the window' });
  machine.addSession(relay.id, { title: 'Explain the drain' });
  machine.addSession(site.id, { title: 'Dark mode' });
  return {
    version: '0.1.0',
    hostname: 'h',
    home: '/home/ada',
    projects: [...machine.projects.values()],
    sessions: [...machine.sessions.values()].map(({ info }) => info),
  };
}

const found = (query: string) =>
  railGroups(lists(), query).map(({ project, sessions }) => [
    project.name,
    ...sessions.map(({ title }) => title),
  ]);

describe('rail', () => {
  it('lists every project, also an empty one, without a search', () => {
    assert.deepEqual(found(''), [
      ['relay', 'Bound the window', 'Explain the drain'],
      ['site', 'Dark mode'],
    ]);
  });

  it('a search keeps the sessions whose titles hold every word', () => {
    assert.deepEqual(found('the DRAIN'), [['relay', 'Explain the drain']]);
  });

  it('a project’s name keeps all its sessions', () => {
    assert.deepEqual(found('site'), [['site', 'Dark mode']]);
  });
});
