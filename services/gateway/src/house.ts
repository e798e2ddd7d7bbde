/** What every room of the gateway stands on, and what a room gives in return. */
import type { Announcements, Logger, Metrics, Presence } from '@spectral/common';
import type { RequestHandler, Router } from 'express';
import type { Announce } from './announce.ts';
import type { Callers } from './callers/index.ts';
import type { GatewayConfig } from './config.ts';
import type { Database } from './database/index.ts';
import type { RateLimit } from './rate-limits/index.ts';
import type { Sealer } from './secrets/index.ts';

export interface House {
  readonly config: GatewayConfig;
  readonly db: Database;
  readonly callers: Callers;
  readonly sealer: Sealer;
  readonly announcements: Announcements;
  readonly announce: Announce;
  readonly presence: Presence;
  readonly limits: RateLimit;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => Date;
}

/** A part of the gateway with doors of its own. */
export interface Room {
  /** Sees every request before any body is read, and takes those it answers itself. */
  readonly door?: RequestHandler;
  /** Routes below `/api`, with JSON bodies parsed. */
  readonly routes?: Router;
  /** The process begins to stop. */
  startDraining?(): void;
  /** Waits for what runs. */
  close?(): Promise<void>;
}

export type OpenRoom = (house: House) => Room | Promise<Room>;
