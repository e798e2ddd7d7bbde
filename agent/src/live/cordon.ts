/**
 * Whether this machine takes new turns, as whoever runs it for others tells it. Each order carries a fence that grows
 * with every leader of theirs: an order under a lower one than ever seen is not obeyed, also after a restart. The cordon
 * itself ends with the process.
 *
 *              cordon, fence ≥ highest
 *   open ────────────────────────────────▶ cordoned
 *     ◀──────────────────────────────────
 *              uncordon, fence ≥ highest
 */
import type { Marks } from '../store/marks.ts';

export interface CordonOrder {
  readonly kind: 'cordon' | 'uncordon';
  readonly fence: number;
}

export interface Cordon {
  /** The fence under which no new turn begins; null while they do. */
  readonly under: number | null;
  /** Highest fence ever seen. */
  readonly fence: number;
  /** Obeys an order, or returns false for one that is out of date. Throws, with nothing changed, when it cannot be kept. */
  obey(order: CordonOrder): boolean;
}

/** An open one. `keep` runs a write of the store. */
export function createCordon(
  marks: Pick<Marks, 'fence' | 'raiseFence'>,
  keep: (write: () => void) => void,
): Cordon {
  const state: { under: number | null } = { under: null };
  return {
    get under() {
      return state.under;
    },
    get fence() {
      return marks.fence;
    },
    obey({ kind, fence }) {
      if (fence < marks.fence) return false;
      if (fence > marks.fence) keep(() => marks.raiseFence(fence));
      state.under = kind === 'cordon' ? fence : null;
      return true;
    },
  };
}
