/**
 * Control frames: JSON text with `kind`, between the relay and each of its peers.
 * On the machine link they are WebSocket text messages, on the browser link Socket.IO events (see socket-parser.ts).
 */
import * as v from 'valibot';
import { activity } from './fleet.ts';
import { actor } from './session-events.ts';
import { parseJson } from './parse.ts';

const peer = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffffffff));
const uuid = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'expected a lower-case UUID'),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Where a reader stands: the last event it has, of which epoch. 0 and 0 for a new reader. */
const cursor = v.object({ epoch: count, seq: count });
export type Cursor = v.InferOutput<typeof cursor>;

/** Relay → machine. */
export const relayToMachine = v.variant('kind', [
  /** First frame of every link. */
  v.object({
    kind: v.literal('welcome'),
    protocol: v.literal(1),
    connectionId: v.string(),
    maxFrameBytes: v.number(),
    /** Kinds of frames that this relay takes beyond those every relay does; a machine sends it no others. */
    hears: v.optional(v.array(v.string())),
  }),
  v.object({ kind: v.literal('ping') }),
  /** A person's connection to this machine begins; its requests and readers carry `peer`. */
  v.object({ kind: v.literal('peer_joined'), peer, actor }),
  v.object({ kind: v.literal('peer_left'), peer }),
  /** This peer reads the channel from here on: answer with a snapshot, then keep sending the channel's events. */
  v.object({ kind: v.literal('open'), peer, channel: uuid, cursor }),
  v.object({ kind: v.literal('close'), peer, channel: uuid }),
  /** The relay leaves: open a new link within `spreadMs`, then close this one. */
  v.object({ kind: v.literal('drain'), spreadMs: count }),
  /** A newer connection of this machine took over; 4409 follows. */
  v.object({ kind: v.literal('replaced'), host: v.string() }),
  v.object({ kind: v.literal('error'), code: v.string(), message: v.string() }),
  /** Take no new turn from here on, and take them again: see fleet.ts. Each is answered by an `activity` with its `ask`. */
  v.object({ kind: v.literal('cordon'), fence: count, ask: count }),
  v.object({ kind: v.literal('uncordon'), fence: count, ask: count }),
]);
export type RelayToMachine = v.InferOutput<typeof relayToMachine>;

/** Where a machine's turns stand, sent to relays whose welcome `hears` it. */
export const activityFrame = v.object({
  kind: v.literal('activity'),
  ...activity.entries,
  /** Highest fence it has seen; it obeys none below. */
  fence: count,
  /** `ask` of the last cordon or uncordon that it heard on this link, obeyed or not; 0 for none. */
  answers: count,
});
export type ActivityFrame = v.InferOutput<typeof activityFrame>;

/** Machine → relay. */
export const machineToRelay = v.variant('kind', [
  v.object({ kind: v.literal('pong') }),
  /** The machine cannot serve this channel (no such session): the reader is told and forgotten. */
  v.object({ kind: v.literal('refused'), peer, channel: uuid, code: v.string(), message: v.string() }),
  activityFrame,
]);
export type MachineToRelay = v.InferOutput<typeof machineToRelay>;

/** Relay → browser. */
export const relayToBrowser = v.variant('kind', [
  /** First frame of every connection. */
  v.object({
    kind: v.literal('welcome'),
    protocol: v.literal(1),
    connectionId: v.string(),
    maxFrameBytes: v.number(),
    machine: v.object({ id: v.string(), online: v.boolean(), lastSeenAt: v.nullable(v.string()) }),
  }),
  /** The machine came or went. After `online: true` the reader opens its channels again from its cursors. */
  v.object({ kind: v.literal('presence'), online: v.boolean(), lastSeenAt: v.nullable(v.string()) }),
  /** Frames of this channel were dropped for this reader: open it again from its cursor. */
  v.object({ kind: v.literal('gap'), channel: uuid }),
  v.object({ kind: v.literal('refused'), channel: uuid, code: v.string(), message: v.string() }),
  v.object({ kind: v.literal('drain'), spreadMs: count }),
  /** The connection ends now, for the reason of this close code. */
  v.object({ kind: v.literal('closed'), code: v.number(), reason: v.string(), message: v.string() }),
  v.object({ kind: v.literal('error'), code: v.string(), message: v.string() }),
]);
export type RelayToBrowser = v.InferOutput<typeof relayToBrowser>;

/** Browser → relay. */
export const browserToRelay = v.variant('kind', [
  v.object({ kind: v.literal('open'), channel: uuid, cursor }),
  v.object({ kind: v.literal('close'), channel: uuid }),
]);
export type BrowserToRelay = v.InferOutput<typeof browserToRelay>;

/** Each throws BadInput for text that is no such control frame. */
export const parseRelayToMachine = (text: string): RelayToMachine =>
  parseJson(relayToMachine, text, 'control frame');
export const parseMachineToRelay = (text: string): MachineToRelay =>
  parseJson(machineToRelay, text, 'control frame');
export const parseRelayToBrowser = (text: string): RelayToBrowser =>
  parseJson(relayToBrowser, text, 'control frame');
export const parseBrowserToRelay = (text: string): BrowserToRelay =>
  parseJson(browserToRelay, text, 'control frame');

/**
 * Why the relay refuses a Socket.IO handshake: the `data` of its CONNECT_ERROR (an Error with `data` in a middleware).
 * `code` is one of close-codes.ts: 4401 for a bad or expired ticket, 4403, 4001, 4503 while draining.
 */
export const connectRefusal = v.object({ code: v.number(), reason: v.string(), message: v.string() });
export type ConnectRefusal = v.InferOutput<typeof connectRefusal>;

/** WebSocket path and subprotocol of the machine link; the number is its version. */
export const MACHINE_LINK_PATH = '/agent-connection';
export const MACHINE_SUBPROTOCOL = 'spectral.machine.v1';
/** Socket.IO path of the browser link. The query names the machine (`?machine=<id>`), for load balancers that hash on it. */
export const BROWSER_LINK_PATH = '/browser-connection';
/** Socket.IO event names of the browser link: control frames as JSON text, data frames as bytes. */
export const CONTROL_EVENT = 'c';
export const DATA_EVENT = 'd';
