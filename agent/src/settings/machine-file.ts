/** `machine.json`: who this machine is, as the gateway told it at registration. */
import * as v from 'valibot';
import { parseJson } from '@spectral/proto/wire';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const machineFile = v.object({
  id: v.string(),
  name: v.string(),
  token: v.string(),
  /** ISO 8601. */
  expiresAt: v.string(),
  relayUrl: v.string(),
});
export type MachineFile = v.InferOutput<typeof machineFile>;

/** Null when this machine never registered. Throws CommandFailed for a broken file. */
export function readMachineFile(path: string): MachineFile | null {
  return readPrivateFile(path, (text) => parseJson(machineFile, text, 'machine.json'));
}

export function writeMachineFile(path: string, machine: MachineFile): void {
  writePrivateFile(path, machine);
}
