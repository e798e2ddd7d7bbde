/** A whole daemon in this process, with the scripted driver, a fake gateway and a fake relay. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { ProjectInfo, ResponsePayload, SessionInfo } from '@spectral/proto/wire';
import { systemClock } from '../../src/clock.ts';
import { startDaemon, type Daemon, type DaemonOptions } from '../../src/daemon/start-daemon.ts';
import { createScriptedDriver } from '../../src/drivers/scripted/scripted-driver.ts';
import { loginCredential } from '../../src/settings/credential.ts';
import { pathsIn } from '../../src/settings/paths.ts';
import { loadSqlite } from '../../src/store/open-database.ts';
import type { Defer } from './clean-up.ts';
import { TEAM_KEY, startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { startFakeRelay, type FakeMachine, type FakeRelay } from './fake-relay.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface ServingDaemon {
  readonly daemon: Daemon;
  readonly gateway: FakeGateway;
  readonly relay: FakeRelay;
  readonly machine: FakeMachine;
  readonly directory: string;
  /** Log lines so far. */
  readonly logged: string[];
  /** A project of an empty directory, and a session in it. */
  newSession(): Promise<{ project: ProjectInfo; session: SessionInfo }>;
  /** Sends a prompt whose script is `steps`, or text. */
  prompt(
    sessionId: string,
    content: string | readonly unknown[],
    more?: Record<string, unknown>,
  ): Promise<ResponsePayload>;
}

/** `directory` starts on the files of an earlier daemon; `options` replaces parts; `hears` is what the relay says it hears. */
export async function serveDaemon(
  defer: Defer,
  options: Partial<DaemonOptions> = {},
  directory: string = temporaryDirectory(defer),
  hears: readonly string[] = [],
): Promise<ServingDaemon> {
  const gateway = await startFakeGateway(defer);
  const relay = await startFakeRelay(defer);
  relay.hears = [...hears];
  gateway.relayUrl = relay.url;
  const logged: string[] = [];
  const daemon = await startDaemon({
    Sqlite3: await loadSqlite(),
    paths: pathsIn(directory),
    credential: loginCredential({ mcpUrl: `${gateway.url}/mcp`, teamApiKey: TEAM_KEY }),
    backendUrl: gateway.url,
    relayUrl: null,
    machineName: 'test-machine',
    host: { hostname: 'host', home: directory, userName: 'tester', boot: 'boot-1' },
    version: '0.1.0',
    driver: createScriptedDriver(),
    fetch,
    clock: systemClock,
    random: () => 0.5,
    newId: randomUUID,
    log: (event, facts) => logged.push(`${event} ${JSON.stringify(facts ?? {})}`),
    say: (line) => logged.push(line),
    connected: () => logged.push('connected'),
    ...options,
  });
  defer(() => daemon.stop());
  const machine = await relay.machine();
  machine.say({ kind: 'peer_joined', peer: 7, actor: { userId: 'u1', name: 'Ada' } });
  return { daemon, gateway, relay, machine, directory, logged, ...actsOn(machine, directory) };
}

function actsOn(machine: FakeMachine, directory: string): Pick<ServingDaemon, 'newSession' | 'prompt'> {
  return {
    async newSession() {
      const path = join(directory, `project-${randomUUID().slice(0, 8)}`);
      mkdirSync(path, { recursive: true });
      const { project } = (await machine.request('POST', '/api/projects', { path })).body as {
        project: ProjectInfo;
      };
      const made = await machine.request('POST', `/api/projects/${project.id}/sessions`, {});
      return { project, session: (made.body as { session: SessionInfo }).session };
    },
    prompt: (sessionId, content, more = {}) =>
      machine.request(
        'POST',
        `/api/sessions/${sessionId}/prompts`,
        { content: scriptText(content), ...more },
        randomUUID(),
      ),
  };
}

/** A prompt the scripted driver plays. */
export function scriptText(content: string | readonly unknown[]): string {
  return typeof content === 'string' ? content : JSON.stringify({ script: content });
}

/** A stream to a person that is kept instead of shown. */
export function keptStream(): PassThrough & { readonly isTTY?: boolean } {
  return new PassThrough();
}
