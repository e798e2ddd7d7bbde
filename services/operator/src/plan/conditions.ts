/** Conditions: what is judged of an object, and when the judgement last changed. */
import type { Condition, ConditionStatus } from '../kinds/index.ts';
import { REASONS, type Reason } from './reasons.ts';

/** A condition before it is known since when it holds. */
export interface Judgement {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: Reason;
  /** For a person, without changing figures; the reason's own sentence by default. */
  readonly message?: string;
}

export interface JudgedAt {
  readonly generation: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Longest message the schemas take. */
const MAX_MESSAGE = 1_024;

/** The judgements as conditions, in the order given. `lastTransitionTime` moves only when a status changes. */
export function nextConditions(
  before: readonly Condition[] | undefined,
  judgements: readonly Judgement[],
  at: JudgedAt,
): Condition[] {
  return judgements.map((judgement) => {
    const known = before?.find(({ type }) => type === judgement.type);
    const { type, status, reason } = judgement;
    return {
      type,
      status,
      reason,
      message: (judgement.message ?? REASONS[reason]).slice(0, MAX_MESSAGE),
      ...(at.generation === undefined ? {} : { observedGeneration: at.generation }),
      lastTransitionTime: known?.status === status ? known.lastTransitionTime : timeText(at.now),
    };
  });
}

export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** RFC 3339 in whole seconds, which is what Kubernetes keeps. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds of such a text; null for none. */
export function timeOf(text: string | null | undefined): number | null {
  if (!text) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}
