/**
 * Facts every process must hear of at once. They may get lost (pub/sub), so nothing depends on them alone: sockets are
 * checked again periodically (standing.ts), presence expires, and lists are read afresh.
 */

export type Announcement =
  /** A person revoked the machine: its token is dead, its socket closes with 4001. */
  | { readonly type: 'machine-revoked'; readonly machineId: string }
  /** Visibility or ownership changed: check every person connected to it again. */
  | { readonly type: 'machine-changed'; readonly machineId: string }
  /** Registered again: tokens of older registrations are dead. */
  | {
      readonly type: 'machine-registered';
      readonly machineId: string;
      readonly registration: number;
      readonly host: string;
    }
  /** A team key was rotated or revoked: machine tokens issued under it are dead. */
  | { readonly type: 'key-ended'; readonly keyId: string }
  /** A person left the team, or their role changed: check their sockets again. */
  | { readonly type: 'member-changed'; readonly teamId: string; readonly userId: string }
  /** A login session ended: its sockets close. */
  | { readonly type: 'login-ended'; readonly loginId: string }
  /** Models or whitelist of a team changed. */
  | { readonly type: 'models-changed'; readonly teamId: string }
  /** A machine came or went. */
  | {
      readonly type: 'presence';
      readonly machineId: string;
      readonly podId: string;
      readonly epoch: number;
      readonly online: boolean;
      /** The registration behind the link, and the host it came from: told to a link that this one replaces. */
      readonly registration?: number | undefined;
      readonly host?: string | undefined;
      /** Milliseconds since 1970. */
      readonly at: number;
    };

export interface Announcements {
  /** Resolves when handed on. Rejects when the medium is away; the caller decides whether that matters. */
  publish(announcement: Announcement): Promise<void>;
  /** Hears every announcement, one's own included. Returns the way to stop. A listener must not throw. */
  subscribe(listener: (announcement: Announcement) => void): () => void;
  close(): Promise<void>;
}
