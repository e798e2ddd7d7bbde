/**
 * The gateway's `/api` for people, machines and the command line. JSON both ways; errors have body ErrorBody.
 *
 * A person's browser is known by the session cookie; every changing request must carry the header
 * `x-spectral-csrf: 1` and come from the gateway's own origin. A person's CLI sends `Authorization: Bearer <user token>`.
 *
 *   GET    /api/auth/state                                   → AuthState              public: first run? signed in?
 *   POST   /api/auth/login              login                → Me                     sets the cookie
 *   POST   /api/auth/link               {code}               → Me                     one-time login link (`/login?code=…`)
 *   POST   /api/auth/logout                                  → { ok }
 *   GET    /api/auth/me                                      → Me
 *   PATCH  /api/auth/me                 profile              → Me                     name, email, password
 *   GET    /api/teams                                        → { teams: Team[] }
 *   POST   /api/teams                   {name}               → 201 { team }
 *   PATCH  /api/teams/:team             {name}               → { team }
 *   GET    /api/teams/:team/members                          → { members: Member[] }
 *   PATCH  /api/teams/:team/members/:user {role}             → { member }
 *   DELETE /api/teams/:team/members/:user                    → { ok }
 *   GET    /api/teams/:team/invitations                      → { invitations: Invitation[] }
 *   POST   /api/teams/:team/invitations {role, email?}       → 201 { invitation, link }   link shown once
 *   DELETE /api/teams/:team/invitations/:id                  → { ok }
 *   GET    /api/invitations/:code                            → { team: {name}, role, email }   public
 *   POST   /api/invitations/:code/accept acceptInvitation    → Me                     signs up or joins
 *   GET    /api/teams/:team/keys                             → { keys: TeamKey[] }
 *   POST   /api/teams/:team/keys        {name}               → 201 { key, secret }    secret shown once
 *   POST   /api/teams/:team/keys/:id/rotate                  → { key, secret }        ends machine tokens issued under it
 *   DELETE /api/teams/:team/keys/:id                         → { ok }                 same
 *   GET    /api/machines                                     → { machines: Machine[] }
 *   POST   /api/machines                registration         → 201 Enrolment          team key, user or enrolment token
 *   POST   /api/machines/self/token     renewal?             → Enrolment              renewal, with the machine token
 *   PATCH  /api/machines/:id/visibility {visibility}         → { machine }
 *   DELETE /api/machines/:id                                 → { ok }                 revokes
 *   POST   /api/machines/:id/wake                            → 202 { machine }        of a fleet; 409 when it cannot wake
 *   POST   /api/relay-tickets           {machineId}          → RelayTicket
 *   POST   /api/cli-auth/approve        cliApproval          → { code }               the page at `/cli-auth` calls it
 *   POST   /api/cli-auth/token          {code, verifier}     → UserToken              public, once
 *   POST   /api/cli-auth/device         {host}               → DeviceStart            public
 *   POST   /api/cli-auth/device/approve {userCode}           → { ok }                 a signed-in person
 *   POST   /api/cli-auth/device/token   {deviceCode}         → UserToken | 428 authorization-pending
 *   GET    /api/teams/:team/models                           → { catalogue: (Model & {granted})[], userModels: UserModel[] }
 *   PUT    /api/teams/:team/models      {granted: string[]}  → same                   the whitelist of base models
 *   POST   /api/teams/:team/user-models newUserModel         → 201 { userModel }
 *   PATCH  /api/teams/:team/user-models/:id                  → { userModel }
 *   DELETE /api/teams/:team/user-models/:id                  → { ok }
 *   GET    /api/teams/:team/usage?days=30                    → UsageReport
 *   GET    /.well-known/jwks.json                            → JWKS of machine tokens and tickets
 *   POST   /internal/standing           (relay only, service secret)  → see services/common/src/standing.ts
 *   …      /internal/fleet              (operator only)               → see fleet.ts
 */
import * as v from 'valibot';
import { modelApi, modelPrice, type Model } from './models.ts';

const email = v.pipe(
  v.string(),
  v.trim(),
  v.toLowerCase(),
  v.email('expected an email address'),
  v.maxLength(254),
);
const password = v.pipe(v.string(), v.minLength(10, 'expected at least 10 characters'), v.maxLength(1024));
const personName = v.pipe(v.string(), v.trim(), v.minLength(1, 'expected a name'), v.maxLength(100));

export const role = v.picklist(['owner', 'admin', 'member']);
export type Role = v.InferOutput<typeof role>;

export const login = v.object({ email, password: v.pipe(v.string(), v.maxLength(1024)) });
export const linkLogin = v.object({ code: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) });
export const profile = v.object({
  name: v.optional(personName),
  email: v.optional(email),
  password: v.optional(password),
  currentPassword: v.optional(v.string()),
});
export const newTeam = v.object({ name: personName });
export const memberPatch = v.object({ role });
export const newInvitation = v.object({ role: v.picklist(['admin', 'member']), email: v.optional(email) });
export const acceptInvitation = v.object({
  email: v.optional(email),
  name: v.optional(personName),
  password: v.optional(password),
});
export const newTeamKey = v.object({ name: personName });
export const visibilityPatch = v.object({ visibility: v.picklist(['PRIVATE', 'SHARED']) });
export const ticketRequest = v.object({ machineId: v.string() });
export const cliApproval = v.object({
  /** Loopback port of the waiting command. */
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
  state: v.pipe(v.string(), v.minLength(16), v.maxLength(200)),
  /** PKCE challenge: base64url SHA-256 of the verifier. */
  challenge: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, 'expected a base64url SHA-256')),
  host: v.optional(v.pipe(v.string(), v.maxLength(255))),
});
export const cliToken = v.object({
  code: v.string(),
  verifier: v.pipe(v.string(), v.minLength(43), v.maxLength(128)),
});
export const deviceStart = v.object({ host: v.pipe(v.string(), v.maxLength(255)) });
export const deviceApproval = v.object({ userCode: v.string() });
export const deviceToken = v.object({ deviceCode: v.string() });
export const grantedModels = v.object({ granted: v.array(v.string()) });
export const newUserModel = v.object({
  modelId: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  displayName: personName,
  baseUrl: v.pipe(v.string(), v.url('expected a URL, such as https://llm.example.com/v1')),
  /** Name of the model at that endpoint; default: modelId. */
  upstreamModel: v.optional(v.string()),
  apiKey: v.optional(v.string()),
  api: modelApi,
  contextWindow: v.pipe(v.number(), v.integer(), v.minValue(1024)),
  maxOutput: v.pipe(v.number(), v.integer(), v.minValue(1)),
  reasoning: v.optional(v.boolean(), false),
  input: v.optional(v.array(v.picklist(['text', 'image'])), ['text']),
  price: v.optional(v.nullable(modelPrice), null),
  compat: v.optional(v.record(v.string(), v.unknown()), {}),
});
export type NewUserModel = v.InferOutput<typeof newUserModel>;
export const userModelPatch = v.partial(newUserModel);

export interface AuthState {
  readonly signedIn: boolean;
  /** True while nobody has set a password or opened the first login link yet. */
  readonly firstRun: boolean;
}
export interface Me {
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly hasPassword: boolean;
  };
  readonly teams: readonly Team[];
}
export interface Team {
  readonly id: string;
  readonly name: string;
  /** The caller's role. */
  readonly role: Role;
}
export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly joinedAt: string;
}
export interface Invitation {
  readonly id: string;
  readonly role: 'admin' | 'member';
  readonly email: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}
export interface TeamKey {
  readonly id: string;
  readonly name: string;
  /** First characters of the secret, such as `sk-spectral-team-3fA9`. */
  readonly prefix: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}
export interface RelayTicket {
  readonly ticket: string;
  /** Origin of the relay's Socket.IO endpoint, such as `https://host`. */
  readonly relayUrl: string;
  readonly expiresAt: string;
}
export interface UserToken {
  readonly token: string;
  readonly expiresAt: string;
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
}
export interface DeviceStart {
  readonly deviceCode: string;
  /** What the person types, such as `BDWP-HQPK`. */
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly intervalSeconds: number;
  readonly expiresInSeconds: number;
}
export interface UserModel extends Model {
  /** Row id, for PATCH and DELETE; `id` is the name in requests. */
  readonly rowId: string;
  readonly baseUrl: string;
  readonly hasKey: boolean;
}
export interface UsageReport {
  readonly since: string;
  readonly total: UsageRow;
  readonly byModel: readonly (UsageRow & { readonly modelId: string })[];
  readonly byMachine: readonly (UsageRow & { readonly machineId: string; readonly machineName: string })[];
  readonly byDay: readonly (UsageRow & { readonly day: string })[];
}
export interface UsageRow {
  readonly calls: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** USD over calls of known price. */
  readonly cost: number;
  /** Calls whose model has no known price. */
  readonly unpriced: number;
}

export const CSRF_HEADER = 'x-spectral-csrf';
export const TEAM_KEY_PREFIX = 'sk-spectral-team-';
