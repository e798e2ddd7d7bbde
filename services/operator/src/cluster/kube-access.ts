/**
 * Where the API server is and who we are, from a kubeconfig or from the pod's service account. The client library
 * reads both and every way to log in they know; requests are our own, since its generated ones drop fields they do not
 * know and open a connection each.
 */
import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ConfigError } from '@spectral/common';

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

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Reads `kubeconfig` (one file, or several as KUBECONFIG has them), or without it the pod's service account. Throws ConfigError. */
export function loadKubeAccess(kubeconfig: string | null): KubeAccess {
  const config = new KubeConfig();
  if (kubeconfig === null) loadServiceAccount(config);
  else loadFiles(config, kubeconfig.split(delimiter).filter(Boolean));
  return kubeAccess(config);
}

/** The current context of a configuration already read. */
export function kubeAccess(config: KubeConfig): KubeAccess {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable('the kubeconfig has no current context that names a cluster');
  const { server, proxyUrl } = cluster;

  return {
    server: server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    async credentials() {
      const headers: Record<string, string> = {};
      const options: RequestOptions = { headers };
      await config.applyToHTTPSOptions(options);
      // Its agent keeps no connection open; only the one for a proxy is needed.
      if (!proxyUrl) delete options.agent;
      return { headers, options };
    },
  };
}

function loadServiceAccount(config: KubeConfig): void {
  if (!existsSync(SERVICE_ACCOUNT_TOKEN)) {
    throw unusable('this process is in no pod with a service account; set KUBECONFIG to a kubeconfig file');
  }
  config.loadFromCluster();
}

function loadFiles(config: KubeConfig, files: readonly string[]): void {
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw unusable(`KUBECONFIG names ${missing.join(', ')}, which is not there`);
  const [first = '', ...others] = files;
  config.loadFromFile(first);
  for (const file of others) {
    const other = new KubeConfig();
    other.loadFromFile(file);
    config.mergeConfig(other, true);
  }
}

function unusable(fault: string): ConfigError {
  return new ConfigError('operator', [fault]);
}
