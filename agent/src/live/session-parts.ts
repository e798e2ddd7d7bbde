/** What a live session is given of the machine around it. */
import type { Model } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import type { Driver } from '../drivers/driver.ts';
import type { ProjectRecord } from '../store/projects.ts';
import type { Store } from '../store/store.ts';
import type { EventGather } from './event-gather.ts';
import type { Intake } from './turn-state.ts';

export interface SessionParts {
  readonly store: Store;
  readonly gather: EventGather;
  readonly driver: Driver;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
  /** Models granted to this machine; empty while the gateway has not told yet. */
  readonly models: () => readonly Model[];
  readonly project: (id: string) => ProjectRecord | null;
  readonly isDirectory: (path: string) => boolean;
  /** What may begin now. */
  readonly intake: () => Intake;
  /** Told when a session got a new title. */
  readonly renamed: (sessionId: string, title: string) => void;
}
