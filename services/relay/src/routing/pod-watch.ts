/**
 * Notices that another pod has died: its inbox is heard by nobody at two looks in a row. One look is not enough, since
 * a pod that lost its subscription for a moment is back at the next.
 */
import type { Bus } from './bus.ts';

export interface PodWatch {
  /** Looks once. Never throws: while nothing can be told, nobody is declared dead. */
  check(): void;
  /** Whether a pod was declared dead and has not been seen since. */
  isLost(podId: string): boolean;
}

/** By then presence of the dead pod has expired too, and its name, new at each start, never comes back. */
const REMEMBER_LOOKS = 60;

interface Parts {
  readonly bus: Pick<Bus, 'reachable' | 'podId'>;
  /** The pods that matter now. */
  readonly watch: () => Set<string>;
  readonly onLost: (podId: string) => void;
}

export function createPodWatch({ bus, watch, onLost }: Parts): PodWatch {
  const missed = new Set<string>();
  /** With the number of looks since. */
  const lost = new Map<string, number>();

  const remember = (podId: string) => {
    const looks = lost.get(podId) ?? 0;
    lost.set(podId, looks + 1);
    if (looks === 0) onLost(podId);
    if (looks < REMEMBER_LOOKS) return;
    lost.delete(podId);
    missed.delete(podId);
  };
  const judge = (asked: readonly string[], reachable: Set<string>) => {
    for (const podId of asked) {
      if (reachable.has(podId)) {
        missed.delete(podId);
        lost.delete(podId);
      } else if (!missed.has(podId)) missed.add(podId);
      else remember(podId);
    }
  };

  return {
    check() {
      const asked = [...new Set([...watch(), ...lost.keys()])].filter((podId) => podId !== bus.podId);
      if (asked.length === 0) return;
      bus.reachable(asked).then(
        (reachable) => judge(asked, reachable),
        () => {
          // The medium is away: unknown is not dead.
        },
      );
    },
    isLost: (podId) => lost.has(podId),
  };
}
