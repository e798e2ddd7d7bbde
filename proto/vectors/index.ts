/**
 * Good and bad bytes of both links with what they mean, for the tests of every implementation. The files beside this
 * one are plain JSON, made without Spectral's own encoder, so that another implementation can use them too.
 */
import bundles from './bundles.json' with { type: 'json' };
import controlFrames from './control-frames.json' with { type: 'json' };
import dataFrames from './data-frames.json' with { type: 'json' };
import machinePayloads from './machine-payloads.json' with { type: 'json' };
import requests from './requests.json' with { type: 'json' };
import sessionPayloads from './session-payloads.json' with { type: 'json' };
import socketPackets from './socket-packets.json' with { type: 'json' };

/** What must be read, and what must be refused with the error of this `code`. */
export interface Vectors<Good> {
  readonly good: readonly Good[];
  readonly bad: readonly BadVector[];
}
/** One of `text` and `hex` is there. */
export interface BadVector {
  readonly name: string;
  readonly text?: string;
  readonly hex?: string;
  readonly error: string;
}
export interface DataFrameVector {
  readonly name: string;
  readonly hex: string;
  readonly frame: {
    readonly kind: number;
    readonly flags: number;
    readonly target: number;
    readonly sequence: number;
    readonly channel: string;
    readonly payloadHex: string;
  };
}
export interface BundleVector {
  readonly name: string;
  readonly hex: string;
  /** The frames' bytes. */
  readonly frames: readonly string[];
}
export interface ControlVector {
  readonly name: string;
  readonly text: string;
  readonly frame: unknown;
}
export interface PayloadVector {
  readonly name: string;
  readonly text: string;
  readonly payload: unknown;
}
export interface PacketVector {
  readonly name: string;
  readonly text?: string;
  readonly hex?: string;
  readonly packet: { readonly type: number; readonly nsp: string; readonly data?: unknown; readonly dataHex?: string };
}

export const dataFrameVectors: Vectors<DataFrameVector> = dataFrames;
export const bundleVectors: Vectors<BundleVector> = bundles;
/** By direction. */
export const controlVectors: Record<
  'relayToMachine' | 'machineToRelay' | 'relayToBrowser' | 'browserToRelay',
  Vectors<ControlVector>
> = controlFrames;
export const sessionPayloadVectors: Vectors<PayloadVector> = sessionPayloads;
export const machinePayloadVectors: Vectors<PayloadVector> = machinePayloads;
export const requestVectors: Record<'request' | 'response', Vectors<PayloadVector>> = requests;
export const packetVectors: Vectors<PacketVector> = socketPackets;

/** The bytes a hex string stands for. */
export function bytesOfHex(hex: string): Uint8Array {
  const pairs = hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** The hex string of bytes. */
export function hexOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
