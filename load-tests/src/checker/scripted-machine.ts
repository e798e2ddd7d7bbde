/** A machine without a model: the real daemon with scripted agents, its link led through a faulty network. */
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { machineCalls, type MachineCalls } from '@spectral/proto/client';
import { startProcess } from '../support/processes.ts';
import { logIn, restartable, type Restartable } from '../support/stack.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';

export interface ScriptedMachine {
  readonly name: string;
  readonly sessions: readonly string[];
  /** Its link to the relays. */
  readonly network: FaultProxy;
  /** Its requests, by its local socket: no relay is between. */
  readonly calls: MachineCalls;
  /** Its store's file. */
  readonly storePath: string;
  readonly daemon: Restartable;
  stop(): Promise<void>;
}

/** A daemon that was killed while nobody could connect is up when it can again. */
const UP_LIMIT_MS = 150_000;

export interface MachineSettings {
  readonly name: string;
  readonly directory: string;
  readonly gatewayUrl: string;
  readonly teamKey: string;
  /** Ports of the relays, in the order to try. */
  readonly relayPorts: () => readonly number[];
  readonly sessions: number;
  readonly outputFile: string;
}

export async function startScriptedMachine(settings: MachineSettings): Promise<ScriptedMachine> {
  const { name, directory, gatewayUrl } = settings;
  const network = await startFaultProxy(settings.relayPorts);
  const env = {
    SPECTRAL_CONFIG_DIR: directory,
    SPECTRAL_MCP_URL: `${gatewayUrl}/mcp`,
    SPECTRAL_BACKEND_URL: gatewayUrl,
    SPECTRAL_RELAY_URL: `ws://${network.host}/agent-connection`,
    SPECTRAL_DRIVER: 'scripted',
  };
  await logIn(env, settings.teamKey);
  const script = 'agent/bin/spectral.mjs';
  const args = ['serve', '--machine-name', name];
  const { outputFile } = settings;
  const daemon = restartable(() =>
    startProcess({ name, script, args, env, outputFile, readyLimitMs: UP_LIMIT_MS }),
  );
  await daemon.start();
  const calls = machineCalls({
    request: (method, path, body) => askLocally(join(directory, 'daemon.sock'), method, path, body),
  });
  return {
    name,
    network,
    calls,
    daemon,
    storePath: join(directory, 'sessions.db'),
    sessions: await createSessions(calls, settings),
    async stop() {
      await daemon.stop();
      await network.close();
    },
  };
}

async function createSessions(calls: MachineCalls, { directory, ...settings }: MachineSettings) {
  const path = join(directory, 'work');
  mkdirSync(path, { recursive: true });
  const project = await calls.createProject({ path });
  const ids: string[] = [];
  for (let index = 0; index < settings.sessions; index++) {
    const wish = { title: `Session ${index}`, modelId: 'spectral-demo' };
    ids.push((await calls.createSession(project.id, wish)).id);
  }
  return ids;
}

/** One HTTP call on the daemon's Unix socket. Rejects for a status of 400 and above. */
function askLocally(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ body: unknown }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 500) < 400) resolve({ body: JSON.parse(text) as unknown });
        else reject(new Error(`${method} ${path}: expected success, got ${response.statusCode}: ${text}`));
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
