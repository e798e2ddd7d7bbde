/** The gateway as one Express application, made from its settings and parts. It listens nowhere by itself. */
import type {
  Announcements,
  Logger,
  Metrics,
  Presence,
  StandingAnswer,
  StandingQuestion,
  TokenKeys,
} from '@spectral/common';
import express, { type Express } from 'express';
import { createAnnounce } from './announce.ts';
import { bootstrap, mintOwnerKey, mintOwnerLink, type FirstRun } from './bootstrap/bootstrap.ts';
import { createCallers, loginCookie } from './callers/index.ts';
import { cliAuthRoutes } from './cli-auth/routes.ts';
import type { GatewayConfig } from './config.ts';
import { migrate, readOwnMigrations, type OpenDatabase } from './database/index.ts';
import { fleetRoutes } from './fleet/routes.ts';
import type { House, OpenRoom, Room } from './house.ts';
import { errorHandler, unknownRoute } from './http/error-handler.ts';
import { healthRoutes, type Need } from './http/health.ts';
import { pageRoutes, pageSecurity } from './http/page.ts';
import { requestLog } from './http/request-log.ts';
import { followPresence } from './machines/follow-presence.ts';
import { machineRoutes } from './machines/routes.ts';
import { loadSigningKeys, type SigningKeys } from './machines/signing-keys.ts';
import { createStandingCache } from './machines/standing-cache.ts';
import { standing } from './machines/standing.ts';
import type { Passwords } from './people/password-hash.ts';
import { keepForgetting } from './people/forget-expired.ts';
import { peopleRoutes } from './people/routes.ts';
import type { RateLimit } from './rate-limits/index.ts';
import { createSealer, loadMasterKey } from './secrets/index.ts';
import { teamRoutes } from './teams/routes.ts';

/** Everything the gateway does not make itself. */
export interface GatewayParts {
  readonly database: OpenDatabase;
  readonly announcements: Announcements;
  readonly presence: Presence;
  readonly limits: RateLimit;
  readonly passwords: Passwords;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Things it cannot work without, for `/ready`. */
  readonly needs: readonly Need[];
  readonly rooms: readonly OpenRoom[];
  readonly now: () => Date;
  /** A clock in milliseconds that never goes back. */
  readonly nowMs: () => number;
}

export interface Gateway {
  readonly app: Express;
  /** Null unless the database was empty: what the first person must be told, once. */
  readonly firstRun: FirstRun | null;
  /** Public keys of machine tokens and tickets, for a relay in the same process. */
  readonly tokenKeys: TokenKeys;
  /** What `POST /internal/standing` answers, for a relay in the same process. */
  standing(question: StandingQuestion): Promise<StandingAnswer>;
  /** A fresh one-time link that signs the first owner in. */
  mintOwnerLink(): Promise<string>;
  /** A further team key of that owner, for machines of the process's own. */
  mintOwnerKey(name: string): Promise<string>;
  readonly metrics: Metrics;
  /** `/ready` says no from now on. */
  startDraining(): void;
  /** Waits for what runs. The parts stay open: whoever made them closes them. */
  close(): Promise<void>;
}

/** Brings the schema up to date, makes the first team if there is none, and puts the application together. */
export async function createGateway(config: GatewayConfig, parts: GatewayParts): Promise<Gateway> {
  const { database, announcements, now, log } = parts;
  const { db } = database;
  const ran = await migrate(db, await readOwnMigrations(), now());
  if (ran.length > 0) log.info({ migrations: ran, medium: database.medium }, 'schema brought up to date');
  const sealer = createSealer(await loadMasterKey(config.masterKey));
  const signingKeys = await loadSigningKeys(db, sealer, now());
  const firstRun = await bootstrap(db, { publicUrl: config.publicUrl, now: now() });

  const { publicUrl, serviceSecret, operatorSecret } = config;
  const standingCache = createStandingCache(db, announcements, parts.nowMs);
  const cookie = loginCookie(publicUrl);
  const keys = signingKeys.keys;
  const callers = createCallers({
    db,
    keys,
    standing: standingCache,
    cookie,
    publicUrl,
    serviceSecret,
    operatorSecret,
    now,
  });
  const announce = createAnnounce(announcements, log);
  const { limits, metrics, presence } = parts;
  const house: House = {
    config,
    db,
    callers,
    sealer,
    announcements,
    announce,
    presence,
    limits,
    metrics,
    log,
    now,
  };
  const rooms = await Promise.all(parts.rooms.map(async (open) => open(house)));
  const stopFollowing = followPresence(db, announcements, log);
  const stopForgetting = keepForgetting(db, now, log);
  const drain = { begun: false };

  return {
    app: application({ config, parts, house, rooms, signingKeys, isDraining: () => drain.begun }),
    firstRun,
    tokenKeys: keys,
    standing: (question) => standing(db, question, now()),
    mintOwnerLink: () => mintOwnerLink(db, { publicUrl, now: now() }),
    mintOwnerKey: (name) => mintOwnerKey(db, { name, now: now() }),
    metrics,
    startDraining() {
      drain.begun = true;
      for (const room of rooms) room.startDraining?.();
    },
    async close() {
      stopFollowing();
      stopForgetting();
      standingCache.close();
      await Promise.all(rooms.map(async (room) => room.close?.()));
    },
  };
}

/** Bodies of `/api` are small; a batch of standing questions is not. */
const API_BODY_LIMIT = '256kb';
const INTERNAL_BODY_LIMIT = '4mb';

interface Composition {
  readonly config: GatewayConfig;
  readonly parts: GatewayParts;
  readonly house: House;
  readonly rooms: readonly Room[];
  readonly signingKeys: SigningKeys;
  readonly isDraining: () => boolean;
}

function application({ config, parts, house, rooms, signingKeys, isDraining }: Composition): Express {
  const { publicUrl, relayPublicUrl } = config;
  const { log, metrics, needs, presence, passwords } = parts;
  const shared = {
    ...house,
    publicUrl,
    relayPublicUrl,
    presence,
    passwords,
    signingKeys,
    cookie: loginCookie(publicUrl),
  };
  const app = express();
  app
    .disable('x-powered-by')
    .set('etag', false)
    .set('query parser', 'simple')
    .set('trust proxy', config.trustProxy);

  app.use(requestLog(log, metrics, parts.nowMs));
  app.use(healthRoutes({ needs, metrics, isDraining }));
  for (const { door } of rooms) if (door) app.use(door);
  app.use(pageSecurity(publicUrl, relayPublicUrl));
  app.use('/api', express.json({ limit: API_BODY_LIMIT }));
  app.use('/internal', express.json({ limit: INTERNAL_BODY_LIMIT }));
  app.use(peopleRoutes(shared), teamRoutes(shared), machineRoutes(shared), cliAuthRoutes(shared));
  if (config.operatorSecret !== null) app.use(fleetRoutes(shared));
  for (const { routes } of rooms) if (routes) app.use(routes);
  app.use(['/api', '/internal'], unknownRoute());
  if (config.webDirectory !== null) app.use(pageRoutes(config.webDirectory));
  app.use(unknownRoute());
  app.use(errorHandler(log));
  return app;
}
