/** The readers of a site: a process each, behind a network of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '../support/person.ts';
import { startProcess } from '../support/processes.ts';
import { restartable, type Restartable } from '../support/stack.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { followHistory, type HistoryFile } from './history-files.ts';
import type { ReaderOrder } from './reader-order.ts';
import type { ReaderSabotage } from './sabotage.ts';
import type { ScriptedMachine } from './scripted-machine.ts';

export interface RunningReader {
  readonly name: string;
  readonly machine: ScriptedMachine;
  readonly process: Restartable;
  readonly network: FaultProxy;
  readonly history: HistoryFile;
  stop(): Promise<void>;
}

export interface ReaderSettings {
  /** By name; number n follows machine n modulo the number of machines. */
  readonly names: readonly string[];
  /** Of the first ones, one each; the others are honest. */
  readonly sabotages: readonly ReaderSabotage[];
  readonly directory: string;
  readonly seed: number;
  readonly person: Person;
  readonly gatewayUrl: string;
  readonly machines: readonly ScriptedMachine[];
  readonly relayPorts: () => readonly number[];
  readonly outputFile: (name: string) => string;
}

const READER = 'load-tests/src/checker/reader-process.ts';
const TRUSTING_READER = 'load-tests/src/checker/trusting-reader-process.ts';

export async function startReaders(settings: ReaderSettings): Promise<RunningReader[]> {
  const { names, directory, machines, person } = settings;
  const online = await person.gateway.machines();
  const histories = join(directory, 'histories');
  mkdirSync(histories, { recursive: true });
  return Promise.all(
    names.map((name, index) => {
      const machine = machines[index % machines.length];
      const machineId = online.find((each) => each.name === machine?.name)?.id;
      if (!machine || !machineId)
        throw new Error(`${name}: expected the gateway to list ${machine?.name ?? 'a machine'}`);
      const file = join(histories, `${name}.ndjson`);
      return startReader(settings, { index, name, machine, machineId, file });
    }),
  );
}

interface Place {
  readonly index: number;
  readonly name: string;
  readonly machine: ScriptedMachine;
  readonly machineId: string;
  readonly file: string;
}

async function startReader(
  { gatewayUrl, person, relayPorts, sabotages, seed, outputFile }: ReaderSettings,
  { index, name, machine, machineId, file }: Place,
): Promise<RunningReader> {
  const network = await startFaultProxy(relayPorts);
  const order: ReaderOrder = {
    name,
    gatewayUrl,
    cookie: person.cookie,
    machineId,
    relayUrl: `http://${network.host}`,
    sessions: machine.sessions,
    file,
    seed: seed * 1_000 + index,
    sabotage: sabotages[index] ?? null,
  };
  const history = followHistory(file);
  const script = order.sabotage === 'trust-the-network' ? TRUSTING_READER : READER;
  const process = restartable(() => {
    history.mend();
    return startProcess({ name, script, args: [JSON.stringify(order)], outputFile: outputFile(name) });
  });
  await process.start();
  return {
    name,
    machine,
    process,
    network,
    history,
    async stop() {
      await process.stop();
      await network.close();
    },
  };
}
