/** Where the API server is and who we are there. */
import type { RequestOptions } from 'node:https';

export interface KubeAccess {
  /** Without a trailing slash; may have a path. */
  readonly server: string;
  /** The namespace of the context or of the pod; `default` where none is set. */
  readonly namespace: string;
  /**
   * Certificates, headers and proxy for one request. Asked anew for each, because tokens and certificates change on
   * disk while the process runs.
   */
  credentials(): Promise<KubeCredentials>;
}

export interface KubeCredentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates, names and, for a proxy, an agent. */
  readonly options: RequestOptions;
}
