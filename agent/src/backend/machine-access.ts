/**
 * What this machine may do: its enrolment, renewed at half of its life, and the models granted to it. The one place
 * that knows the machine token.
 */
import type { Enrolment, Model, Registration } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import { NoEnrolmentToken, type Credential } from '../settings/credential.ts';
import type { BackendClient } from './backend-client.ts';
import { BackendRefused, BackendUnreachable } from './backend-errors.ts';

/** A renewal or model list that could not be had is asked for again after this long. */
const RETRY_MS = 30_000;
/** A model list older than this is asked for again when somebody looks at it. */
const MODELS_FRESH_MS = 10_000;
/** Why a token counts no more, as the gateway says it; none of these passes by itself. */
const LASTING = ['revoked', 'newer', 'key-ended', 'unknown'];

export type RenewalOutcome =
  | { readonly type: 'renewed' }
  | { readonly type: 'renewal-failed' }
  | { readonly type: 'refused'; readonly message: string };

export interface MachineAccess {
  readonly enrolment: Enrolment;
  readonly models: readonly Model[];
  /** Gets a new token now. Never rejects. */
  renew(): Promise<RenewalOutcome>;
  /** The models as fresh as the gateway can be asked; the last known ones when it does not answer. */
  freshModels(): Promise<readonly Model[]>;
  close(): void;
}

export interface MachineAccessOptions {
  readonly backend: BackendClient;
  /** For the first registration, and for a token that expired while the machine slept. */
  readonly credential: Credential;
  readonly registration: Registration;
  /** Called with each new enrolment or model list. */
  readonly changed: (access: { readonly enrolment: Enrolment; readonly models: readonly Model[] }) => void;
  /** The gateway will not renew this machine's token any more. */
  readonly refused: (message: string) => void;
  readonly clock: Clock;
  readonly log: (event: string, facts?: Record<string, unknown>) => void;
}

/** Why an enrolment token is refused though another may soon be in its place. */
const REPLACEABLE = ['enrolment-used', 'enrolment-expired', 'enrolment-ended'];

/** Registers this machine, or goes on as the one it was. Rejects BackendUnreachable, BackendRefused or NoEnrolmentToken. */
export async function obtainAccess(options: MachineAccessOptions): Promise<MachineAccess> {
  const { kept } = options.credential;
  const enrolment = kept === null ? await register(options) : await renewOrRegister(options, kept);
  const access = new KeptAccess(options, enrolment);
  await access.freshModels();
  return access;
}

class KeptAccess implements MachineAccess {
  enrolment: Enrolment;
  models: readonly Model[] = [];
  readonly #options: MachineAccessOptions;
  #modelsAt = 0;
  #cancelRenewal = (): void => {};
  #cancelModels = (): void => {};

  constructor(options: MachineAccessOptions, enrolment: Enrolment) {
    this.#options = options;
    this.enrolment = enrolment;
    this.#scheduleRenewal();
  }

  async renew(): Promise<RenewalOutcome> {
    try {
      this.enrolment = await renewOrRegister(this.#options, this.enrolment.token);
    } catch (error) {
      this.#options.log('token.not-renewed', {
        message: error instanceof Error ? error.message : String(error),
      });
      return isLasting(error) ? { type: 'refused', message: error.message } : { type: 'renewal-failed' };
    }
    this.#options.changed(this);
    this.#scheduleRenewal();
    return { type: 'renewed' };
  }

  async freshModels(): Promise<readonly Model[]> {
    const { backend, clock, log, changed } = this.#options;
    if (this.models.length > 0 && clock.now() - this.#modelsAt < MODELS_FRESH_MS) return this.models;
    this.#cancelModels();
    try {
      this.models = await backend.models(this.enrolment.token);
      this.#modelsAt = clock.now();
      changed(this);
    } catch (error) {
      log('models.unknown', { message: error instanceof Error ? error.message : String(error) });
      this.#cancelModels = clock.after(RETRY_MS, () => void this.freshModels());
    }
    return this.models;
  }

  close(): void {
    this.#cancelRenewal();
    this.#cancelModels();
  }

  #scheduleRenewal(): void {
    const { clock, refused } = this.#options;
    const lifeMs = Date.parse(this.enrolment.expiresAt) - clock.now();
    this.#cancelRenewal();
    const again = (afterMs: number): void => {
      this.#cancelRenewal = clock.after(afterMs, () => {
        void this.renew().then((outcome) => {
          if (outcome.type === 'refused') refused(outcome.message);
          if (outcome.type === 'renewal-failed') again(RETRY_MS);
        });
      });
    };
    again(Math.max(lifeMs / 2, 1_000));
  }
}

/** A token that merely expired, as after a long sleep of the machine, is replaced by registering again. */
async function renewOrRegister(options: MachineAccessOptions, token: string): Promise<Enrolment> {
  try {
    return await options.backend.renew(token, options.registration);
  } catch (error) {
    if (!(error instanceof BackendRefused) || error.status !== 401 || isLasting(error)) throw error;
  }
  try {
    return await register(options);
  } catch (error) {
    if (!(error instanceof BackendRefused) || mayPass(error)) throw error;
    throw new BackendRefused(403, error.reasonCode, error.message);
  }
}

function register({ backend, credential, registration }: MachineAccessOptions): Promise<Enrolment> {
  return backend.register(credential.read(), registration);
}

/** Whether asking again later may have another answer. */
export function mayPass(error: unknown): boolean {
  if (error instanceof BackendUnreachable || error instanceof NoEnrolmentToken) return true;
  if (!(error instanceof BackendRefused)) return false;
  return error.status >= 500 || error.status === 429 || REPLACEABLE.includes(reasonOf(error));
}

function isLasting(error: unknown): error is BackendRefused {
  if (!(error instanceof BackendRefused)) return false;
  return error.status === 403 || (error.status === 401 && LASTING.includes(reasonOf(error)));
}

function reasonOf({ details }: BackendRefused): string {
  return String(details['reason']);
}
