/** A node without a machine: it is Ready as long as it says so every second, and is lost when it stops. */
import { APPLY, ApiError, STRATEGIC_PATCH, type ApiClient } from './api-server-client.ts';

const BEAT_MS = 1_000;

export interface ScriptedNode {
  readonly name: string;
  /** Stops saying that it is there: lost after about 6 s. */
  lose(): void;
  /** Says it again. */
  recover(): void;
  /** Takes no new pods from now on. */
  cordon(): Promise<void>;
  /** Stops without removing the node. */
  close(): void;
}

export async function startNode(
  admin: ApiClient,
  name: string,
  capacity: Readonly<Record<string, string>> = { cpu: '1000', memory: '4Ti', pods: '5000' },
): Promise<ScriptedNode> {
  await createNode(admin, name);
  await reportStatus(admin, name, capacity);
  await renewLease(admin, name);
  const beat = () =>
    void Promise.all([renewLease(admin, name), reportStatus(admin, name, capacity)]).catch(() => {
      // The API server is away, as a test wants it; the next beat tells the rest.
    });
  let timer = setInterval(beat, BEAT_MS);
  return {
    name,
    lose: () => clearInterval(timer),
    recover() {
      clearInterval(timer);
      timer = setInterval(beat, BEAT_MS);
      beat();
    },
    async cordon() {
      await admin.patch(`/api/v1/nodes/${name}`, STRATEGIC_PATCH, { spec: { unschedulable: true } });
    },
    close: () => clearInterval(timer),
  };
}

async function createNode(admin: ApiClient, name: string): Promise<void> {
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
  };
  try {
    await admin.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
  }
}

async function reportStatus(
  admin: ApiClient,
  name: string,
  capacity: Readonly<Record<string, string>>,
): Promise<void> {
  const now = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'Scripted', message: '', lastHeartbeatTime: now };
  await admin.patch(`/api/v1/nodes/${name}/status`, STRATEGIC_PATCH, {
    status: { capacity, allocatable: capacity, conditions: [ready] },
  });
}

async function renewLease(admin: ApiClient, name: string): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
  await admin.patch(`${path}?fieldManager=${name}&force=true`, APPLY, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    // Microseconds: the API refuses a time without them.
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 4,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  });
}
