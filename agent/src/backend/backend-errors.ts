/** The two ways a call to the gateway fails. */

/** No answer: refused, unreachable, too slow, or an answer that is not the gateway's. */
export class BackendUnreachable extends Error {
  readonly code = 'backend-unreachable';
  readonly url: string;
  constructor(url: string, reason: string, options?: { cause?: unknown }) {
    super(`no backend reachable at ${url}: ${reason}`, options);
    this.name = 'BackendUnreachable';
    this.url = url;
  }
}

/** The gateway answered with an error. `reasonCode`, `message` and `details` are its own. */
export class BackendRefused extends Error {
  readonly code = 'backend-refused';
  readonly status: number;
  readonly reasonCode: string;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(status: number, reasonCode: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'BackendRefused';
    this.status = status;
    this.reasonCode = reasonCode;
    this.details = details;
  }
}
