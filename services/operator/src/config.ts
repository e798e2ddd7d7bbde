/** Settings of an operator process, read once from the environment. Every fault is reported at once. */
import { LOG_LEVELS, readEnv, type Env, type EnvReader, type LogLevel } from '@spectral/common';

export interface OperatorConfig {
  /** SPECTRAL_HOST: address to listen on for health and metrics. Default 127.0.0.1; in a container 0.0.0.0. */
  readonly host: string;
  /** SPECTRAL_PORT: 0 to 65535, 0 for any free one. Default 8082. */
  readonly port: number;
  /** SPECTRAL_GATEWAY_URL: where this process reaches the gateway. */
  readonly gatewayUrl: string;
  /** SPECTRAL_RELAY_URL: where this process reaches a relay, by HTTP; any relay knows all machines. */
  readonly relayUrl: string;
  /** SPECTRAL_AGENT_GATEWAY_URL: where machines reach the gateway. Default: SPECTRAL_GATEWAY_URL. */
  readonly agentGatewayUrl: string;
  /** SPECTRAL_OPERATOR_SECRET: what is shown at /internal/fleet of both; at least 16 characters. */
  readonly operatorSecret: string;
  /** SPECTRAL_WATCH_NAMESPACES: names separated by commas. Default: the namespace of the Lease. */
  readonly namespaces: readonly string[];
  /** SPECTRAL_LEASE_NAMESPACE: namespace of this operator; the gateway and the relay run there too. Default `default`. */
  readonly leaseNamespace: string;
  /** SPECTRAL_LEASE_NAME: of the Lease that says which operator leads. Default `spectral-operator`. */
  readonly leaseName: string;
  /** KUBECONFIG: files separated as in PATH. Null: the service account of this pod. */
  readonly kubeconfig: string | null;
  /**
   * SPECTRAL_SERVICE_ACCOUNT_DIRECTORY: where the pod's `token`, `ca.crt` and `namespace` are; default as Kubernetes
   * mounts them. KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: the API server, set in every pod.
   */
  readonly serviceAccount: {
    readonly directory: string;
    readonly host: string | null;
    readonly port: string | null;
  };
  /** SPECTRAL_LOG_LEVEL: debug, info, warn, error or silent. Default info. */
  readonly logLevel: LogLevel;
}

/** Throws ConfigError with one line per fault. */
export function readOperatorConfig(env: Env): OperatorConfig {
  const reader = readEnv('operator', env);
  const gatewayUrl = reader.url('SPECTRAL_GATEWAY_URL', ['http', 'https']);
  const leaseNamespace = nameOf(reader, 'SPECTRAL_LEASE_NAMESPACE', 'default');
  const config: OperatorConfig = {
    host: reader.text('SPECTRAL_HOST', '127.0.0.1'),
    port: reader.integer('SPECTRAL_PORT', { fallback: 8082, min: 0, max: 65535 }),
    gatewayUrl,
    relayUrl: reader.url('SPECTRAL_RELAY_URL', ['http', 'https']),
    agentGatewayUrl: reader.optionalUrl('SPECTRAL_AGENT_GATEWAY_URL', ['http', 'https']) ?? gatewayUrl,
    operatorSecret: secretOf(reader),
    namespaces: namespacesOf(reader, leaseNamespace),
    leaseNamespace,
    leaseName: nameOf(reader, 'SPECTRAL_LEASE_NAME', 'spectral-operator'),
    kubeconfig: reader.optional('KUBECONFIG'),
    serviceAccount: {
      directory: reader.text(
        'SPECTRAL_SERVICE_ACCOUNT_DIRECTORY',
        '/var/run/secrets/kubernetes.io/serviceaccount',
      ),
      host: reader.optional('KUBERNETES_SERVICE_HOST'),
      port: reader.optional('KUBERNETES_SERVICE_PORT'),
    },
    logLevel: reader.choice('SPECTRAL_LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  reader.finish();
  return Object.freeze(config);
}

/** As Kubernetes names namespaces and Leases. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function nameOf(reader: EnvReader, variable: string, fallback: string): string {
  const name = reader.text(variable, fallback);
  if (!NAME.test(name))
    reader.fault(
      `${variable} is ${JSON.stringify(name)}; give a name of lower-case letters, digits and dashes`,
    );
  return name;
}

function namespacesOf(reader: EnvReader, own: string): string[] {
  const listed = (reader.optional('SPECTRAL_WATCH_NAMESPACES') ?? own).split(',').map((name) => name.trim());
  const names = [...new Set(listed.filter((name) => name !== ''))];
  for (const name of names) {
    if (NAME.test(name)) continue;
    reader.fault(
      `SPECTRAL_WATCH_NAMESPACES holds ${JSON.stringify(name)}; give names of namespaces separated by commas`,
    );
  }
  return names.length === 0 ? [own] : names;
}

function secretOf(reader: EnvReader): string {
  const secret = reader.text('SPECTRAL_OPERATOR_SECRET');
  if (secret && secret.length < 16)
    reader.fault('SPECTRAL_OPERATOR_SECRET is too short; give at least 16 characters');
  return secret;
}
