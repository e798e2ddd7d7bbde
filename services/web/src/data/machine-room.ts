/**
 * A machine the page is connected to, as stores: how the link is, its lists, its models; and its sessions to open.
 * Closing it ends the link: that is what a change of machine does.
 */
import {
  changedLists,
  connectMachine,
  listsOf,
  machineCalls,
  type ConnectionState,
  type MachineCalls,
  type MachineLists,
} from '@spectral/proto/client';
import type { Model, RelayTicket } from '@spectral/proto/wire';
import { openSessionRoom, type SessionRoom } from './session-room.ts';
import { createStore, type Readable } from './store.ts';

export interface MachineRoom {
  readonly machineId: string;
  readonly link: Readable<ConnectionState>;
  /** Null until the machine sent them once. */
  readonly lists: Readable<MachineLists | null>;
  /** Null until the machine sent them once. */
  readonly models: Readable<readonly Model[] | null>;
  readonly calls: MachineCalls;
  /** One reader per session: close it before opening the same one again. */
  openSession(sessionId: string): SessionRoom;
  close(): void;
}

export interface MachineRoomOptions {
  readonly machineId: string;
  readonly getTicket: () => Promise<RelayTicket>;
  /** Calls back before the next frame is drawn. */
  readonly nextFrame: (run: () => void) => void;
  /** Calls back when the network or the tab is back; returns what ends it. */
  readonly onWake: (run: () => void) => () => void;
}

export function openMachineRoom({
  machineId,
  getTicket,
  nextFrame,
  onWake,
}: MachineRoomOptions): MachineRoom {
  const lists = createStore<MachineLists | null>(null);
  const models = createStore<readonly Model[] | null>(null);
  const client = connectMachine({ machineId, getTicket, onState: (state) => linkChanged(state) });
  const link = createStore<ConnectionState>(client.state);
  const calls = machineCalls(client);
  client.openLists({
    onReady: (ready) => lists.set(listsOf(ready)),
    onEvents(events) {
      const now = lists.get();
      if (now) lists.set(changedLists(now, events));
    },
  });
  const stopWaking = onWake(() => client.wake());

  function linkChanged(state: ConnectionState): void {
    link.set(state);
    if (state.kind === 'live') loadModels();
  }
  /** Asked again after every break: the team's grants may have changed. */
  function loadModels(): void {
    calls.models().then(models.set, () => {
      // The link broke again: the next `live` asks anew, and the list from before still holds.
    });
  }

  return {
    machineId,
    link,
    lists,
    models,
    calls,
    openSession: (sessionId) => openSessionRoom({ client, calls, sessionId, nextFrame }),
    close() {
      stopWaking();
      client.close();
    },
  };
}
