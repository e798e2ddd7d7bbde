/**
 * The daemon: store, live sessions, local door, enrolment and relay link, joined. Each part gets the few functions it
 * needs of the others; who owns what is read off here.
 */
import type Database from 'better-sqlite3';
import type { HealthAnswer, Model } from '@spectral/proto/wire';
import { createBackendClient } from '../backend/backend-client.ts';
import type { MachineAccess } from '../backend/machine-access.ts';
import { createChannels, type Channels } from '../channels/channels.ts';
import type { Clock } from '../clock.ts';
import { openLocalDoor, type LocalDoor } from '../door/local-door.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Connection } from '../link/connection.ts';
import type { LinkEnd } from '../link/link-state.ts';
import { relayAddress } from '../link/relay-address.ts';
import { createRelayLink, type RelayLink } from '../link/relay-link.ts';
import { createCordon, type Cordon } from '../live/cordon.ts';
import { createLiveSessions, type LiveSessions } from '../live/live-sessions.ts';
import { createMachineFeed, type MachineFeed } from '../live/machine-feed.ts';
import { createProjectList, type ProjectList } from '../live/project-list.ts';
import { createAnswering, type Answering } from '../requests/answering.ts';
import { machineRoutes } from '../requests/machine-routes.ts';
import { createOnce } from '../requests/once.ts';
import { createRelayRequests } from '../requests/relay-requests.ts';
import { sessionRoutes } from '../requests/session-routes.ts';
import type { Credential } from '../settings/credential.ts';
import { writeMachineFile, type MachineFile } from '../settings/machine-file.ts';
import type { Paths } from '../settings/paths.ts';
import { openStore, type Store } from '../store/store.ts';
import { createActivityTeller, isOrder, type ActivityTeller } from './activity-teller.ts';
import { enrol } from './enrol.ts';
import type { Log } from './logger.ts';

export interface DaemonOptions {
  readonly Sqlite3: typeof Database;
  readonly paths: Paths;
  readonly credential: Credential;
  /** Origin of the gateway. */
  readonly backendUrl: string;
  /** Overrides the relay address of the enrolment. */
  readonly relayUrl: string | null;
  readonly machineName: string;
  readonly host: {
    readonly hostname: string;
    readonly home: string;
    readonly userName: string;
    readonly boot: string;
  };
  readonly version: string;
  readonly driver: Driver;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Log;
  /** Progress for the person who started it. */
  readonly say: (line: string) => void;
  /** The relay link is up, for the first time or again. */
  readonly connected: () => void;
}

export interface Daemon {
  /** Resolves with the reason when the machine may not come back (revoked, replaced, refused). */
  readonly ended: Promise<LinkEnd>;
  /** Refuses new prompts, gives running turns their grace, closes the link and then the store. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves when the store and the local door are open; the gateway and the relay are reached in the background. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const store = openStore(options.Sqlite3, options.paths.store, options.host.boot);
  try {
    return await RunningDaemon.start(options, store);
  } catch (error) {
    store.close();
    throw error;
  }
}

class RunningDaemon implements Daemon {
  readonly ended: Promise<LinkEnd>;
  readonly #options: DaemonOptions;
  readonly #store: Store;
  readonly #feed: MachineFeed;
  readonly #cordon: Cordon;
  readonly #activity: ActivityTeller;
  readonly #channels: Channels;
  readonly #sessions: LiveSessions;
  readonly #projects: ProjectList;
  readonly #answering: Answering;
  readonly #link: RelayLink;
  readonly #stopping = new AbortController();
  readonly #startedAt: number;
  #access: MachineAccess | null = null;
  #door: LocalDoor | null = null;
  #stopped: Promise<void> | null = null;
  #end: (end: LinkEnd) => void = () => {};

  static async start(options: DaemonOptions, store: Store): Promise<RunningDaemon> {
    const daemon = new RunningDaemon(options, store);
    daemon.#sessions.recover();
    daemon.#door = await openLocalDoor({
      path: options.paths.socket,
      answering: (request, actor) => daemon.#answering(request, actor),
      actor: { userId: 'local', name: options.host.userName },
    });
    void daemon.#connect();
    return daemon;
  }

  private constructor(options: DaemonOptions, store: Store) {
    const { clock, newId, log, driver } = options;
    this.#options = options;
    this.#store = store;
    this.#startedAt = clock.now();
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#feed = createMachineFeed(clock, (event) => this.#channels.publishMachine(event));
    this.#cordon = createCordon(store.marks, store.transaction);
    this.#activity = this.#createActivity();
    this.#link = this.#createLink();
    this.#channels = this.#createChannels();
    this.#sessions = createLiveSessions({
      store,
      driver,
      feed: this.#feed,
      clock,
      newId,
      log,
      models: () => this.#access?.models ?? [],
      isCordoned: () => this.#cordon.under !== null,
      activityChanged: () => this.#activity.changed(),
      publish: (sessionId, events) => this.#channels.publishSession(sessionId, events),
      deleted: (sessionId) => this.#channels.sessionDeleted(sessionId),
    });
    this.#projects = createProjectList({ store, feed: this.#feed, clock, newId, home: options.host.home });
    this.#answering = this.#createAnswering();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sessions.shutdown();
    this.#activity.close();
    this.#access?.close();
    this.#channels.close();
    await Promise.all([this.#link.stop(), this.#door?.close()]);
    this.#store.close();
    this.#options.log('daemon.stopped');
  }

  async #connect(): Promise<void> {
    const { options, registration } = { options: this.#options, registration: this.#registration() };
    try {
      const access = await enrol({
        backend: createBackendClient(options.backendUrl, options.fetch),
        credential: options.credential,
        registration,
        changed: (current) => this.#accessChanged(current),
        refused: (message) => this.#end({ reason: 'refused', message }),
        clock: options.clock,
        log: options.log,
        random: options.random,
        signal: this.#stopping.signal,
      });
      if (!access || this.#stopping.signal.aborted) return access?.close();
      this.#access = access;
      this.#accessChanged(access);
    } catch (error) {
      return this.#end({
        reason: 'refused',
        message: error instanceof Error ? error.message : String(error),
      });
    }
    this.#options.say(`registered as "${registration.name}" at ${options.backendUrl}`);
    this.#link.start();
  }

  #registration() {
    const { machineName: name, host, version } = this.#options;
    const { attempt } = this.#options.credential;
    return { name, hostname: host.hostname, version, pid: process.pid, ...(attempt ? { attempt } : {}) };
  }

  #accessChanged({ enrolment, models }: Pick<MachineAccess, 'enrolment' | 'models'>): void {
    const { driver, backendUrl } = this.#options;
    const { machine, token, expiresAt, relayUrl } = enrolment;
    this.#keepMachineFile({ id: machine.id, name: machine.name, token, expiresAt, relayUrl });
    driver.configure({ gatewayUrl: backendUrl, machineToken: token, models });
    // Prompts kept from an earlier run wait until there is a model to give them to.
    if (this.#access && models.length > 0) this.#sessions.resumeQueues();
  }

  /** The file is for people and other commands; the daemon goes on without it. */
  #keepMachineFile(machine: MachineFile): void {
    try {
      writeMachineFile(this.#options.paths.machine, machine);
    } catch (error) {
      this.#options.log('machine.not-written', { message: String(error) });
    }
  }

  #createLink(): RelayLink {
    const { clock, random, log, relayUrl, backendUrl, fetch: fetchUrl, connected } = this.#options;
    const requests = createRelayRequests<Connection>(
      (request, actor) => this.#answering(request, actor),
      (connection, peer) => this.#channels.actorOf(connection, peer),
    );
    return createRelayLink({
      target: () => ({
        relayUrl: this.#access ? relayAddress(relayUrl, this.#access.enrolment) : '',
        token: this.#access?.enrolment.token ?? '',
      }),
      healthy: createBackendClient(backendUrl, fetchUrl).healthy,
      renew: async () => (await this.#access?.renew()) ?? { type: 'renewal-failed' },
      listener: {
        opened: (connection, hears) => {
          this.#channels.connected(connection);
          this.#activity.opened(connection, hears);
          connected();
        },
        control: (connection, frame) =>
          isOrder(frame)
            ? this.#activity.order(connection, frame)
            : this.#channels.control(connection, frame),
        data: requests,
        closed: () => {},
        ended: (end) => this.#end(end),
      },
      clock,
      random,
      log,
    });
  }

  #createActivity(): ActivityTeller {
    return createActivityTeller({
      cordon: this.#cordon,
      read: () => this.#sessions.activity(),
      lifted: () => this.#sessions.resumeLoops(),
      clock: this.#options.clock,
      log: this.#options.log,
    });
  }

  #createChannels(): Channels {
    return createChannels({
      send: (frame) => this.#link.send(frame),
      linkIsOpen: () => this.#link.isOpen,
      reading: (sessionId) => this.#sessions.reading(sessionId),
      history: this.#store.history,
      epoch: this.#store.epoch,
      machineEpoch: this.#store.epoch.run,
      machineReady: () => ({
        type: 'machine_ready',
        epoch: this.#store.epoch.run,
        head: this.#feed.head,
        version: this.#options.version,
        hostname: this.#options.host.hostname,
        home: this.#options.host.home,
        projects: this.#projects.all(),
        sessions: this.#sessions.all(),
      }),
      clock: this.#options.clock,
      log: this.#options.log,
    });
  }

  #createAnswering(): Answering {
    const { clock, log, host } = this.#options;
    const routes = [
      ...machineRoutes({
        projects: this.#projects,
        sessions: this.#sessions,
        models: async (): Promise<readonly Model[]> => (await this.#access?.freshModels()) ?? [],
        health: () => this.#health(),
        home: host.home,
      }),
      ...sessionRoutes({ sessions: this.#sessions, projects: this.#projects, store: this.#store }),
    ];
    return createAnswering({ routes, once: createOnce(this.#store.answers, () => clock.now(), log), log });
  }

  #health(): HealthAnswer {
    const { version, host, clock } = this.#options;
    return {
      version,
      hostname: host.hostname,
      pid: process.pid,
      uptimeSeconds: Math.round((clock.now() - this.#startedAt) / 1000),
      sessions: this.#sessions.count,
      running: this.#sessions.runningCount,
    };
  }
}
