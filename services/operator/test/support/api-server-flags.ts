/** The command lines of a control plane on loopback. */
import type { Pki } from './api-server-pki.ts';

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly crdServer: number;
}

/** Nothing here outlives the test, so nothing has to reach the disk. */
export function etcdFlags(ports: Ports, folder: string): string[] {
  const [clients, peers] = [`http://127.0.0.1:${ports.etcd}`, `http://127.0.0.1:${ports.etcdPeer}`];
  return [
    `--data-dir=${folder}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    '--unsafe-no-fsync',
  ];
}

/** With RBAC, service account tokens and aggregation, as any cluster has them. */
export function apiServerFlags(ports: Ports, pki: Pki): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${pki.file('ca', 'crt')}`,
    `--tls-cert-file=${pki.file('server', 'crt')}`,
    `--tls-private-key-file=${pki.file('server', 'key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki.serviceAccountKeys.public}`,
    `--service-account-signing-key-file=${pki.serviceAccountKeys.private}`,
    ...frontProxyFlags(pki),
    `--proxy-client-cert-file=${pki.file('front-proxy', 'crt')}`,
    `--proxy-client-key-file=${pki.file('front-proxy', 'key')}`,
    '--enable-aggregator-routing=false', // the server of custom resources is found by a Service without endpoints
    // A lost node is noticed, and its pods evicted, within seconds instead of minutes.
    '--default-not-ready-toleration-seconds=3',
    '--default-unreachable-toleration-seconds=3',
    '--profiling=false',
  ];
}

/** It asks the API server who somebody is and what they may do. */
export function crdServerFlags(ports: Ports, pki: Pki, kubeconfig: string): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--etcd-prefix=/registry/custom',
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.crdServer}`,
    `--tls-cert-file=${pki.file('server', 'crt')}`,
    `--tls-private-key-file=${pki.file('server', 'key')}`,
    `--client-ca-file=${pki.file('ca', 'crt')}`,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    ...frontProxyFlags(pki),
    // Both ask the API server for kinds that are newer than it is.
    '--enable-priority-and-fairness=false',
    '--disable-admission-plugins=ValidatingAdmissionPolicy,MutatingAdmissionPolicy',
    '--profiling=false',
  ];
}

const CONTROLLERS = [
  'namespace',
  'serviceaccount',
  'serviceaccount-token',
  'root-ca-cert-publisher',
  'garbagecollector',
  'podgc',
  'disruption',
  'resourcequota',
  'nodelifecycle',
  'persistentvolume-binder',
  'pvc-protection',
  'pv-protection',
  'deployment',
  'replicaset',
  'statefulset',
  'job',
  'clusterrole-aggregation',
].join(',');

export function controllerManagerFlags(ports: Ports, pki: Pki, kubeconfig: string): string[] {
  return [
    ...delegatedFlags(ports.controllerManager, kubeconfig),
    `--service-account-private-key-file=${pki.serviceAccountKeys.private}`,
    `--root-ca-file=${pki.file('ca', 'crt')}`,
    '--use-service-account-credentials=true',
    `--controllers=${CONTROLLERS}`,
    '--node-monitor-period=1s',
    '--node-monitor-grace-period=6s',
    ...clientRateFlags(),
  ];
}

export function schedulerFlags(ports: Ports, kubeconfig: string): string[] {
  return [...delegatedFlags(ports.scheduler, kubeconfig), ...clientRateFlags()];
}

function delegatedFlags(port: number, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--port=0', // else these versions also listen on every address, without authentication
    '--leader-elect=false',
  ];
}

/** The limits are meant for shared clusters; here they would only be waited for. */
function clientRateFlags(): string[] {
  return ['--kube-api-qps=300', '--kube-api-burst=600'];
}

function frontProxyFlags(pki: Pki): string[] {
  return [
    `--requestheader-client-ca-file=${pki.file('front-proxy-ca', 'crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
  ];
}
