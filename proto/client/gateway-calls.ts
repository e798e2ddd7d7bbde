/** The gateway's `/api` (gateway-api.ts) as functions, for the page and the command line. */
import * as v from 'valibot';
import {
  enrolment,
  machine,
  parse,
  type AuthState,
  type DeviceStart,
  type Enrolment,
  type Invitation,
  type Machine,
  type Me,
  type Member,
  type Model,
  type Registration,
  type RelayTicket,
  type Role,
  type Team,
  type TeamKey,
  type UsageReport,
  type UserModel,
  type UserToken,
  type Visibility,
  type acceptInvitation,
  type cliApproval,
  type newUserModel,
  type profile,
} from '../wire/index.ts';
import { gatewayFetch, type GatewayAccess } from './gateway-fetch.ts';

export interface TeamModels {
  /** Models of the catalogue, and whether this team may use each. */
  readonly catalogue: readonly (Model & { readonly granted: boolean })[];
  readonly userModels: readonly UserModel[];
}
export interface InvitationOffer {
  readonly team: { readonly name: string };
  readonly role: Role;
  readonly email: string | null;
}
export type NewUserModel = v.InferInput<typeof newUserModel>;

export type GatewayClient = ReturnType<typeof createGatewayClient>;

const machineList = v.object({ machines: v.array(machine) });
const oneMachine = v.object({ machine });

/**
 * A client of the gateway. Every call rejects with GatewayError for an answer of 400 and above, and with status 0 and
 * code `gateway-unreachable` when there is none.
 */
export function createGatewayClient(access: GatewayAccess) {
  const send = gatewayFetch(access);
  const team = (id: string, rest = '') => `/api/teams/${encodeURIComponent(id)}${rest}`;
  const within = (id: string, list: string, entry: string, rest = '') =>
    team(id, `/${list}/${encodeURIComponent(entry)}${rest}`);

  return {
    authState: () => send<AuthState>('GET', '/api/auth/state'),
    login: (email: string, password: string) => send<Me>('POST', '/api/auth/login', { email, password }),
    loginByLink: (code: string) => send<Me>('POST', '/api/auth/link', { code }),
    logout: () => send<unknown>('POST', '/api/auth/logout'),
    me: () => send<Me>('GET', '/api/auth/me'),
    changeProfile: (patch: v.InferInput<typeof profile>) => send<Me>('PATCH', '/api/auth/me', patch),

    teams: async () => (await send<{ teams: Team[] }>('GET', '/api/teams')).teams,
    createTeam: async (name: string) => (await send<{ team: Team }>('POST', '/api/teams', { name })).team,
    renameTeam: async (id: string, name: string) =>
      (await send<{ team: Team }>('PATCH', team(id), { name })).team,
    members: async (id: string) => (await send<{ members: Member[] }>('GET', team(id, '/members'))).members,
    changeMember: async (id: string, userId: string, role: Role) =>
      (await send<{ member: Member }>('PATCH', within(id, 'members', userId), { role })).member,
    removeMember: (id: string, userId: string) => send<unknown>('DELETE', within(id, 'members', userId)),

    invitations: async (id: string) =>
      (await send<{ invitations: Invitation[] }>('GET', team(id, '/invitations'))).invitations,
    /** `link` is shown once. */
    invite: (id: string, invitation: { role: 'admin' | 'member'; email?: string }) =>
      send<{ invitation: Invitation; link: string }>('POST', team(id, '/invitations'), invitation),
    withdrawInvitation: (id: string, invitationId: string) =>
      send<unknown>('DELETE', within(id, 'invitations', invitationId)),
    invitation: (code: string) =>
      send<InvitationOffer>('GET', `/api/invitations/${encodeURIComponent(code)}`),
    acceptInvitation: (code: string, answer: v.InferInput<typeof acceptInvitation>) =>
      send<Me>('POST', `/api/invitations/${encodeURIComponent(code)}/accept`, answer),

    teamKeys: async (id: string) => (await send<{ keys: TeamKey[] }>('GET', team(id, '/keys'))).keys,
    /** `secret` is shown once. */
    createTeamKey: (id: string, name: string) =>
      send<{ key: TeamKey; secret: string }>('POST', team(id, '/keys'), { name }),
    rotateTeamKey: (id: string, keyId: string) =>
      send<{ key: TeamKey; secret: string }>('POST', within(id, 'keys', keyId, '/rotate')),
    revokeTeamKey: (id: string, keyId: string) => send<unknown>('DELETE', within(id, 'keys', keyId)),

    machines: async (): Promise<Machine[]> =>
      parse(machineList, await send<unknown>('GET', '/api/machines'), 'machines').machines,
    registerMachine: async (wish: Registration): Promise<Enrolment> =>
      parse(enrolment, await send<unknown>('POST', '/api/machines', wish), 'enrolment'),
    renewMachineToken: async (): Promise<Enrolment> =>
      parse(enrolment, await send<unknown>('POST', '/api/machines/self/token'), 'enrolment'),
    setVisibility: async (id: string, visibility: Visibility): Promise<Machine> =>
      parse(
        oneMachine,
        await send<unknown>('PATCH', `/api/machines/${encodeURIComponent(id)}/visibility`, { visibility }),
        'machine',
      ).machine,
    /** Asks for a sleeping machine of a fleet. It comes online by itself; what it answers is how it stands now. */
    wakeMachine: async (id: string): Promise<Machine> =>
      parse(
        oneMachine,
        await send<unknown>('POST', `/api/machines/${encodeURIComponent(id)}/wake`),
        'machine',
      ).machine,
    revokeMachine: (id: string) => send<unknown>('DELETE', `/api/machines/${encodeURIComponent(id)}`),
    relayTicket: (machineId: string) => send<RelayTicket>('POST', '/api/relay-tickets', { machineId }),

    approveCli: (approval: v.InferInput<typeof cliApproval>) =>
      send<{ code: string }>('POST', '/api/cli-auth/approve', approval),
    cliToken: (code: string, verifier: string) =>
      send<UserToken>('POST', '/api/cli-auth/token', { code, verifier }),
    startDevice: (host: string) => send<DeviceStart>('POST', '/api/cli-auth/device', { host }),
    approveDevice: (userCode: string) => send<unknown>('POST', '/api/cli-auth/device/approve', { userCode }),
    /** Rejects with status 428, code `authorization-pending`, until a person approved. */
    deviceToken: (deviceCode: string) =>
      send<UserToken>('POST', '/api/cli-auth/device/token', { deviceCode }),

    models: (id: string) => send<TeamModels>('GET', team(id, '/models')),
    grantModels: (id: string, granted: readonly string[]) =>
      send<TeamModels>('PUT', team(id, '/models'), { granted }),
    createUserModel: async (id: string, wish: NewUserModel) =>
      (await send<{ userModel: UserModel }>('POST', team(id, '/user-models'), wish)).userModel,
    changeUserModel: async (id: string, rowId: string, patch: Partial<NewUserModel>) =>
      (await send<{ userModel: UserModel }>('PATCH', within(id, 'user-models', rowId), patch)).userModel,
    deleteUserModel: (id: string, rowId: string) => send<unknown>('DELETE', within(id, 'user-models', rowId)),
    usage: (id: string, days = 30) => send<UsageReport>('GET', team(id, `/usage?days=${days}`)),
  };
}
