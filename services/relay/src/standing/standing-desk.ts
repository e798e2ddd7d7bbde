/**
 * Asks the gateway whether machines and people still stand. Questions that come within a few milliseconds travel in one
 * call, so that a fleet that reconnects at once does not become a storm at the gateway.
 */
import type { StandingAnswer, StandingQuestion } from '@spectral/common';
import type { Timers } from '../timers.ts';

export type MachineQuestion = StandingQuestion['machines'][number];
export type PersonQuestion = StandingQuestion['people'][number];
export type MachineVerdict = StandingAnswer['machines'][number];
export type PersonVerdict = StandingAnswer['people'][number];

/** Puts one question to the gateway. Throws when it cannot be asked. */
export type AskStanding = (question: StandingQuestion) => Promise<StandingAnswer>;

export interface StandingDesk {
  /** Null: it stands. Rejects when the gateway cannot be asked. */
  machine(question: MachineQuestion): Promise<MachineVerdict>;
  person(question: PersonQuestion): Promise<PersonVerdict>;
}

const GATHER_MS = 3;
/** Half of what one call may hold, so that machines and people together stay well inside. */
const MOST_PER_CALL = 2_000;

interface Asked<Q, V> {
  readonly question: Q;
  readonly resolve: (verdict: V) => void;
  readonly reject: (error: unknown) => void;
}

/** A desk over `ask`. */
export function createStandingDesk(ask: AskStanding, timers: Timers): StandingDesk {
  const machines: Asked<MachineQuestion, MachineVerdict>[] = [];
  const people: Asked<PersonQuestion, PersonVerdict>[] = [];

  const send = () => {
    const asked = { machines: machines.splice(0, MOST_PER_CALL), people: people.splice(0, MOST_PER_CALL) };
    if (machines.length + people.length > 0) timers.after(0, send);
    settle(ask, asked.machines, asked.people).catch((error: unknown) => {
      for (const { reject } of [...asked.machines, ...asked.people]) reject(error);
    });
  };
  const soon = () => {
    if (machines.length + people.length === 1) timers.after(GATHER_MS, send);
  };

  return {
    machine: (question) =>
      new Promise((resolve, reject) => {
        machines.push({ question, resolve, reject });
        soon();
      }),
    person: (question) =>
      new Promise((resolve, reject) => {
        people.push({ question, resolve, reject });
        soon();
      }),
  };
}

async function settle(
  ask: AskStanding,
  machines: readonly Asked<MachineQuestion, MachineVerdict>[],
  people: readonly Asked<PersonQuestion, PersonVerdict>[],
): Promise<void> {
  const answer = await ask({
    machines: machines.map(({ question }) => question),
    people: people.map(({ question }) => question),
  });
  if (answer.machines.length !== machines.length || answer.people.length !== people.length) {
    throw new Error('the gateway gave another number of verdicts than it was asked for');
  }
  for (const [index, { resolve }] of machines.entries()) resolve(answer.machines[index] ?? null);
  for (const [index, { resolve }] of people.entries()) resolve(answer.people[index] ?? null);
}
