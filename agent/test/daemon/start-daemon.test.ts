import { strict as assert } from 'node:assert';
import { rmSync } from 'node:fs';
import { FrameKind, MACHINE_CHANNEL, payloadText, type MachinePayload } from '@spectral/proto/wire';
import { useCleanUp } from '../support/clean-up.ts';
import { serveDaemon } from '../support/serving-daemon.ts';
import { seenBy, transcriptOf, typesOf } from '../support/session-reader.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('a serving machine', () => {
  const defer = useCleanUp();

  it('connects with its machine token and answers pings without ever pinging', async () => {
    const { relay, machine } = await serveDaemon(defer);

    for (let count = 0; count < 3; count++) machine.say({ kind: 'ping' });
    await waitUntil('three pongs', () => machine.control.length === 3);

    assert.equal(relay.upgrades[0]?.headers.authorization, 'Bearer machine-token-1');
    assert.equal(relay.upgrades[0]?.path, '/agent-connection');
    assert.deepEqual(machine.control, [{ kind: 'pong' }, { kind: 'pong' }, { kind: 'pong' }]);
  });

  it('streams a turn to its reader, session_ready first, in the order of the log', async () => {
    const { machine, newSession, prompt } = await serveDaemon(defer);
    const { session } = await newSession();
    machine.open(7, session.id);

    const receipt = await prompt(session.id, [
      { thinking: 'hm' },
      { tool: { name: 'read', args: { path: 'a' }, result: 'content', progress: ['1', '2'] } },
      { usage: { inputTokens: 10, outputTokens: 5, cost: 0.5 } },
      { text: 'All done here.' },
    ]);
    await waitUntil('the end of the turn', () =>
      typesOf(seenBy(machine, 7, session.id).events).includes('agent_end'),
    );

    const seen = seenBy(machine, 7, session.id);
    assert.equal(receipt.status, 202);
    assert.equal(seen.ready?.from, 0);
    assert.deepEqual(typesOf(transcriptOf(seen.events)), [
      'turn_start',
      'user_message',
      'message_start',
      'thinking_delta',
      'tool_call',
      'message_end',
      'token_usage',
      'tool_progress',
      'tool_result',
      'message_start',
      'text_delta',
      'message_end',
      'token_usage',
      'agent_end',
    ]);
  });

  it('shows a reader that comes later exactly what the first one saw', async () => {
    const { machine, newSession, prompt } = await serveDaemon(defer);
    const { session } = await newSession();
    machine.open(7, session.id);
    await prompt(session.id, [
      { text: 'a b c d e f', chunk: 1, everyMs: 2 },
      { tool: { name: 'ls' } },
      { text: 'end' },
    ]);
    await waitUntil('some text', () => typesOf(seenBy(machine, 7, session.id).events).includes('text_delta'));

    machine.open(8, session.id);
    const ended = (peer: number) => typesOf(seenBy(machine, peer, session.id).events).includes('agent_end');
    await waitUntil('the end of the turn for both', () => ended(7) && ended(8));

    const late = seenBy(machine, 8, session.id);
    assert.deepEqual(transcriptOf(late.events), transcriptOf(seenBy(machine, 7, session.id).events));
    assert.notEqual(late.ready?.currentTurn, null);
  });

  it('tells every reader of the lists of new projects, sessions and titles', async () => {
    const { machine, newSession, prompt } = await serveDaemon(defer);
    machine.open(7, MACHINE_CHANNEL);
    const { session } = await newSession();
    await prompt(session.id, 'write a haiku about relays');

    const told = () =>
      machine.frames
        .filter((frame) => frame.channel === MACHINE_CHANNEL && frame.kind === FrameKind.events)
        .flatMap((frame) => (JSON.parse(payloadText(frame.payload)) as MachinePayload).events);
    await waitUntil('the title', () => told().some((event) => event.type === 'session_renamed'));

    const types = told().map((event) => event.type);
    assert.deepEqual(types.slice(0, 2), ['project_changed', 'session_created']);
    assert.ok(types.includes('session_changed'));
  });

  it('answers a prompt in a project whose directory is gone with a clear error, and stays up', async () => {
    const { machine, newSession, prompt } = await serveDaemon(defer);
    const { project, session } = await newSession();
    machine.open(7, session.id);
    rmSync(project.path, { recursive: true });

    await prompt(session.id, 'hello');
    await waitUntil('the end of the turn', () =>
      typesOf(seenBy(machine, 7, session.id).events).includes('agent_end'),
    );

    const error = seenBy(machine, 7, session.id).events.find((event) => event.type === 'error');
    assert.equal(error?.code, 'project-missing');
    assert.equal((await machine.request('GET', '/api/health')).status, 200);
  });
});
