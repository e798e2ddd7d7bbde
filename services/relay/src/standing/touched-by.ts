/** Whom an announcement touches, and what it already settles. Pure. */
import type { Announcement, Fall } from '@spectral/common';
import type { MachineClaims, TicketClaims } from '@spectral/proto/wire';

export interface Touched {
  readonly machine: (claims: MachineClaims) => boolean;
  readonly person: (claims: TicketClaims) => boolean;
  /** Present where the gateway need not be asked about the machines touched. */
  readonly settled?: { readonly reason: Fall; readonly newerHost?: string };
}

const nobody = () => false;

/** The sockets to check again after this announcement. */
export function touchedBy(announcement: Announcement): Touched {
  switch (announcement.type) {
    case 'machine-revoked':
      return { ...everybodyOf(announcement.machineId), settled: { reason: 'revoked' } };
    case 'machine-changed':
      return everybodyOf(announcement.machineId);
    case 'machine-registered': {
      const { machineId, registration, host } = announcement;
      return {
        machine: (claims) => claims.sub === machineId && claims.registration < registration,
        person: nobody,
        settled: { reason: 'newer', newerHost: host },
      };
    }
    case 'key-ended':
      return { machine: (claims) => claims.key === announcement.keyId, person: nobody };
    case 'member-changed': {
      const { teamId, userId } = announcement;
      return {
        machine: (claims) => claims.team === teamId,
        person: (claims) => claims.team === teamId && claims.sub === userId,
      };
    }
    case 'login-ended':
      return { machine: nobody, person: (claims) => claims.session === announcement.loginId };
    case 'models-changed':
    case 'presence':
      return { machine: nobody, person: nobody };
  }
}

function everybodyOf(machineId: string): Touched {
  return {
    machine: (claims) => claims.sub === machineId,
    person: (claims) => claims.machine === machineId,
  };
}
