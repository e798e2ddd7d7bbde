/** Answers whoever runs a fleet: where the turns of its machines stand, and cordons. The verdicts are judge.ts'. */
import { ServiceError, type Presence } from '@spectral/common';
import type { Activity, ActivityFrame, MachineActivity } from '@spectral/proto/wire';
import type { RelayCounters } from '../counters.ts';
import type { CordonOrder } from '../routing/cordon-questions.ts';
import type { Router } from '../routing/router.ts';
import { judge, judgeAnswer, type MachineState } from './judge.ts';

export interface FleetDesk {
  /** In the order asked for. Throws ServiceError `unavailable`. */
  activities(machineIds: readonly string[], fence: number | undefined): Promise<MachineActivity[]>;
  /** The machine's own word after the order. Throws ServiceError `stale-fence` or `unavailable`. */
  cordon(machineId: string, order: CordonOrder): Promise<MachineActivity>;
}

interface Parts {
  readonly router: Pick<Router, 'cordon' | 'held'>;
  readonly presence: Pick<Presence, 'find' | 'activities' | 'lastSeen'>;
  readonly counters: RelayCounters;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createFleetDesk({ router, presence, counters, now }: Parts): FleetDesk {
  /** What was said here is fresher than what is written, if presence knows of no newer link. */
  const said = async (machineIds: readonly string[]) => {
    const [holders, written, seen] = await Promise.all([
      presence.find(machineIds),
      presence.activities(machineIds),
      presence.lastSeen(machineIds),
    ]);
    return machineIds.map((machineId) => {
      const holder = holders.get(machineId);
      const own = router.held.get(machineId);
      const activity = own && own.epoch === holder?.epoch ? own.activity : written.get(machineId);
      return {
        machineId,
        activity: activity ?? null,
        holder,
        lastSeenAt: holder ? now() : seen.get(machineId),
      };
    });
  };

  return {
    async activities(machineIds, fence) {
      const found = await whileKnown(said(machineIds));
      return found.map(({ machineId, activity, holder, lastSeenAt }) => ({
        machineId,
        state: judge(activity, fence),
        activity: activity && plainActivity(activity),
        linked: holder !== undefined,
        lastSeenAt: isoOf(lastSeenAt),
      }));
    },
    async cordon(machineId, order) {
      const answer = await whileKnown(router.cordon(machineId, order));
      const state = judgeAnswer(answer, order);
      count(counters, order, state);
      if (state === 'stale') throw staleFence(machineId, order, answer);
      const lastSeenAt = answer ? now() : (await whileKnown(presence.lastSeen([machineId]))).get(machineId);
      return {
        machineId,
        state,
        activity: answer && plainActivity(answer),
        linked: answer !== null,
        lastSeenAt: isoOf(lastSeenAt),
      };
    },
  };
}

/** An answer of the store, or the word that there is none: to be asked again, and no verdict. */
async function whileKnown<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new ServiceError('unavailable', 'it cannot be told at the moment where machines are: ask again', {
      cause,
    });
  }
}

function staleFence(machineId: string, { fence }: CordonOrder, answer: ActivityFrame | null): ServiceError {
  const newest = answer?.fence ?? null;
  return new ServiceError(
    'stale-fence',
    `the fence ${fence} is out of date: the machine ${machineId} obeys ${newest}. Another operator leads now.`,
    { details: { fence: newest } },
  );
}

function count(counters: RelayCounters, { kind }: CordonOrder, state: MachineState | 'stale'): void {
  if (state === 'stale') counters.cordonsStale += 1;
  else if (state === 'unknown') counters.cordonsUnknown += 1;
  else if (kind === 'uncordon') counters.cordonsLifted += 1;
  else if (state === 'drained') counters.cordonsDrained += 1;
  else counters.cordonsBusy += 1;
}

function plainActivity({ turns, queued, prompts, lastTurnEndedAt, cordon }: Activity): Activity {
  return { turns, queued, prompts, lastTurnEndedAt, cordon };
}

function isoOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
