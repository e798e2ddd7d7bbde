import assert from 'node:assert/strict';
import { changedLists, listsOf } from '../../client/index.ts';
import type { MachineEvent, MachineReady, ProjectInfo, SessionInfo } from '../../wire/index.ts';
import { sessionInfoOf } from '../support/reference-machine.ts';

const project = (id: string, name: string): ProjectInfo => ({
  id,
  name,
  path: `/home/${name}`,
  exists: true,
  studioProjectId: null,
  createdAt: '2026-11-21T08:00:00.000Z',
  updatedAt: '2026-11-21T08:00:00.000Z',
});
const session = (id: string, projectId: string, minute: number): SessionInfo => ({
  ...sessionInfoOf(0),
  id,
  projectId,
  updatedAt: `2026-11-21T08:0${minute}:00.000Z`,
});
const ready: MachineReady = {
  type: 'machine_ready',
  epoch: 1,
  head: 0,
  version: '0.1.0',
  hostname: 'laptop',
  home: '/home/ada',
  projects: [project('p2', 'zebra'), project('p1', 'apple')],
  sessions: [session('s1', 'p1', 1), session('s2', 'p2', 2)],
};

describe('lists of a machine', () => {
  it('has projects by name and the latest session first', () => {
    assert.deepEqual(idsOf(listsOf(ready)), { projects: ['p1', 'p2'], sessions: ['s2', 's1'] });
  });

  it('moves a session up when it changed, and leaves the others as they are', () => {
    const lists = listsOf(ready);

    const after = changedLists(lists, [{ type: 'session_changed', session: session('s1', 'p1', 3) }]);

    assert.deepEqual(idsOf(after).sessions, ['s1', 's2']);
    assert.equal(after.sessions[1], lists.sessions[0]);
    assert.equal(after.projects, lists.projects);
  });

  it('adds, renames and forgets', () => {
    const events: MachineEvent[] = [
      { type: 'project_changed', project: project('p3', 'moss') },
      { type: 'session_created', session: session('s3', 'p3', 4) },
      { type: 'session_renamed', sessionId: 's3', title: 'Fix the build' },
      { type: 'session_deleted', sessionId: 's1', projectId: 'p1' },
    ];

    const after = changedLists(listsOf(ready), events);

    assert.deepEqual(idsOf(after), { projects: ['p1', 'p3', 'p2'], sessions: ['s3', 's2'] });
    assert.equal(after.sessions[0]?.title, 'Fix the build');
  });

  it('forgets the sessions of a project with it', () => {
    const after = changedLists(listsOf(ready), [{ type: 'project_deleted', projectId: 'p1' }]);

    assert.deepEqual(idsOf(after), { projects: ['p2'], sessions: ['s2'] });
  });

  it('is the same object when nothing happened', () => {
    const lists = listsOf(ready);

    assert.equal(changedLists(lists, []), lists);
  });
});

function idsOf({ projects, sessions }: ReturnType<typeof listsOf>) {
  return { projects: projects.map(({ id }) => id), sessions: sessions.map(({ id }) => id) };
}
