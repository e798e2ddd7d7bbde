/** What can go wrong with a call, one class per condition, each with a stable `code`. */

/** The machine is not connected to the relay; the relay said so at once. */
export class MachineOffline extends Error {
  readonly code = 'machine-offline';
  /** ISO 8601, or null for a machine that never connected. */
  readonly lastSeenAt: string | null;
  constructor(message: string, lastSeenAt: string | null) {
    super(message);
    this.name = 'MachineOffline';
    this.lastSeenAt = lastSeenAt;
  }
}

/** The machine is connected and did not answer in time. The request may still have been carried out. */
export class MachineTimeout extends Error {
  readonly code = 'machine-timeout';
  constructor(message: string) {
    super(message);
    this.name = 'MachineTimeout';
  }
}

/** The machine, or the relay for it, refused: an answer of 400 and above. */
export class RequestFailed extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RequestFailed';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The link to the relay broke, or was closed, before the answer came. */
export class LinkClosed extends Error {
  readonly code = 'link-closed';
  constructor(message: string) {
    super(message);
    this.name = 'LinkClosed';
  }
}

/** The gateway refused: an answer of 400 and above, or none (`status` 0, code `gateway-unreachable`). */
export class GatewayError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'GatewayError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}
