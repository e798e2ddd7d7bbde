/** Why a request to a live session cannot be done; requests/ turns each into its HTTP status. */

/** There is no such project, session, prompt or image. */
export class NoSuchThing extends Error {
  readonly code = 'not-found';
  constructor(what: string, id: string) {
    super(`no such ${what}: ${id}`);
    this.name = 'NoSuchThing';
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
