/** The client of Spectral's wire: for the page, the command line and the load tests. Safe in browsers. */
export type { ChannelState } from './channel-reader.ts';
export type { ConnectionState, EndReason, Freshness } from './connection-state.ts';
export { GatewayError, LinkClosed, MachineOffline, MachineTimeout, RequestFailed } from './errors.ts';
export type { ConnectSocket, LinkAddress, LinkEnd, LinkEvents, LinkSocket } from './link-socket.ts';
export {
  connectMachine,
  type Channel,
  type MachineClient,
  type MachineClientOptions,
  type MachineHandlers,
  type OpenOptions,
  type RequestOptions,
  type SessionHandlers,
} from './machine-client.ts';
export { connectSocketIo } from './socketio-link.ts';
export { systemTimers, type Timers } from './timers.ts';
