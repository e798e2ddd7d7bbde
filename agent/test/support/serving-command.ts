/** `spectral serve` as a child process, logged in at a fake gateway and connected to a fake relay. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectInfo, SessionInfo } from '@spectral/proto/wire';
import { pathsIn } from '../../src/settings/paths.ts';
import { writeConfigFile } from '../../src/settings/config-file.ts';
import type { Defer } from './clean-up.ts';
import { TEAM_KEY, startFakeGateway, type FakeGateway } from './fake-gateway.ts';
import { startFakeRelay, type FakeMachine, type FakeRelay } from './fake-relay.ts';
import { runSpectral, type RunningCommand } from './spectral-command.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface ServingCommand extends RunningCommand {
  readonly configDir: string;
  readonly gateway: FakeGateway;
  readonly relay: FakeRelay;
  readonly machine: FakeMachine;
}

/** Resolves once the child is connected. `again` starts a second life on the files and servers of a first. */
export async function serveCommand(defer: Defer, again?: ServingCommand): Promise<ServingCommand> {
  const configDir = again?.configDir ?? temporaryDirectory(defer);
  const gateway = again?.gateway ?? (await startFakeGateway(defer));
  const relay = again?.relay ?? (await startFakeRelay(defer));
  gateway.relayUrl = relay.url;
  writeConfigFile(pathsIn(configDir).config, { mcpUrl: `${gateway.url}/mcp`, teamApiKey: TEAM_KEY });
  const connections = relay.machines.length;
  const running = runSpectral(defer, ['serve', '--machine-name', 'alpha'], { configDir });
  const machine = await relay.machine(connections + 1);
  machine.say({ kind: 'peer_joined', peer: 7, actor: { userId: 'u1', name: 'Ada' } });
  return { ...running, configDir, gateway, relay, machine };
}

/** A session in a new project of the served machine. */
export async function sessionOn({ machine, configDir }: ServingCommand): Promise<SessionInfo> {
  const path = join(configDir, 'work');
  mkdirSync(path, { recursive: true });
  const { project } = (await machine.request('POST', '/api/projects', { path })).body as {
    project: ProjectInfo;
  };
  const made = await machine.request('POST', `/api/projects/${project.id}/sessions`, {});
  return (made.body as { session: SessionInfo }).session;
}
