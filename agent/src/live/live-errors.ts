/** Why a request to a live session cannot be done; requests/ turns each into its HTTP status. */
import { MACHINE_DRAINING } from '@spectral/proto/wire';
import type { Intake } from './turn-state.ts';

/** There is no such project, session, prompt or image. */
export class NoSuchThing extends Error {
  readonly code = 'not-found';
  constructor(what: string, id: string) {
    super(`no such ${what}: ${id}`);
    this.name = 'NoSuchThing';
  }
}

/** The machine begins no turn until it is told otherwise. Nothing was taken. */
export class MachineDraining extends Error {
  readonly code = MACHINE_DRAINING;
  constructor() {
    super(
      'This machine begins nothing new at the moment: it is about to be updated or put to sleep. ' +
        'Nothing was sent; try again in a few minutes, or use another machine.',
    );
    this.name = 'MachineDraining';
  }
}

/** It exists, but what is asked is not possible now. `code` says which condition. */
export class NotNow extends Error {
  readonly code:
    | 'shutting-down'
    | 'session-busy'
    | 'prompt-taken'
    | 'project-missing'
    | 'no-model'
    | 'key-reused'
    | 'answer-too-large';
  constructor(code: NotNow['code'], message: string) {
    super(message);
    this.name = 'NotNow';
    this.code = code;
  }
}

/** Why nothing new begins, or null when it may. */
export function refusalUnder(intake: Intake): MachineDraining | NotNow | null {
  if (intake === 'open') return null;
  if (intake === 'cordoned') return new MachineDraining();
  return new NotNow(
    'shutting-down',
    'the machine is stopping and takes nothing new; send it again when it is back',
  );
}
