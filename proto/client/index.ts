/** The client of Spectral's wire: for the page, the command line and the load tests. Safe in browsers. */
export type { ChannelHandlers, ChannelState } from './channel-reader.ts';
export type { ConnectionState, EndReason, Freshness } from './connection-state.ts';
export { GatewayError, LinkClosed, MachineOffline, MachineTimeout, RequestFailed } from './errors.ts';
export {
  createGatewayClient,
  type GatewayClient,
  type InvitationOffer,
  type NewUserModel,
  type TeamModels,
} from './gateway-calls.ts';
export type { FetchText, GatewayAccess } from './gateway-fetch.ts';
export type { ConnectSocket, LinkAddress, LinkEnd, LinkEvents, LinkSocket } from './link-socket.ts';
export {
  machineCalls,
  type MachineCalls,
  type MachineRequests,
  type SessionHistory,
  type SessionWish,
} from './machine-calls.ts';
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
export { changedLists, listsOf, type MachineLists } from './machine-lists.ts';
export { connectSocketIo } from './socketio-link.ts';
export { systemTimers, type Timers } from './timers.ts';
export { transcriptText } from './transcript-text.ts';
export type {
  AssistantItem,
  Notice,
  NoticeItem,
  Part,
  StopReason,
  TextPart,
  ToolPart,
  ToolResult,
  TranscriptItem,
  UserItem,
} from './transcript-items.ts';
export { Transcript, type RunningTurn, type Totals } from './transcript.ts';
