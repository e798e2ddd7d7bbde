/**
 * Access as kubeconfig files say. The client library reads them and every way to log in they know; requests are our
 * own, since its generated ones drop fields they do not know and open a connection each.
 */
import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ConfigError } from '@spectral/common';
import type { KubeAccess } from './kube-access.ts';

/** Reads one file, or several as KUBECONFIG has them. Throws ConfigError. */
export function kubeconfigAccess(kubeconfig: string): KubeAccess {
  const config = new KubeConfig();
  loadFiles(config, kubeconfig.split(delimiter).filter(Boolean));
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
