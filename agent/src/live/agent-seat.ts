/** The place of a session's agent: started when it is first needed, left when it is idle or must be given up. */
import type { Driver, DriverEntry, DriverEvent, DriverSession, StartOptions } from '../drivers/driver.ts';

export interface AgentSeat {
  /** The session's agent, started or resumed when it does not run. Rejects as Driver.start does. */
  open(modelId: string): Promise<DriverSession>;
  /** The running agent ends its turn. No-op without one. */
  interrupt(): void;
  /** Gives the agent up: nothing it still says counts. The next `open` starts another from the entries. */
  leave(): Promise<void>;
}

export interface SeatOptions {
  readonly driver: Driver;
  readonly startOptions: () => Pick<StartOptions, 'sessionId' | 'cwd' | 'entries'>;
  readonly emit: (event: DriverEvent) => void;
  readonly saveEntry: (entry: DriverEntry) => void;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
}

export function createAgentSeat({ driver, startOptions, emit, saveEntry, log }: SeatOptions): AgentSeat {
  let seated: { session: Promise<DriverSession> } | null = null;
  const ignored = (what: string) => (error: unknown) =>
    log(`agent.${what}-failed`, { message: String(error) });

  function open(modelId: string): Promise<DriverSession> {
    if (seated) return seated.session;
    const isSeated = () => seated === mine;
    const session = driver.start({
      ...startOptions(),
      modelId,
      emit: (event) => (isSeated() ? emit(event) : undefined),
      saveEntry: (entry) => (isSeated() ? saveEntry(entry) : undefined),
    });
    const mine = { session };
    seated = mine;
    session.catch(() => {
      if (isSeated()) seated = null; // Its caller hears of the failure; the next one tries again.
    });
    return session;
  }

  return {
    open,
    interrupt: () => void seated?.session.then((session) => session.interrupt()).catch(ignored('interrupt')),
    leave: async () => {
      const left = seated;
      seated = null;
      await left?.session.then((session) => session.stop()).catch(ignored('stop'));
    },
  };
}
