/** `npm run bench -- fleet [--save]`: what 200 machines cost their operator, and what comes of killing it. */
import { cpuMs } from '../../../../load-tests/src/support/processes.ts';
import { publish, type Figure } from '../../../../load-tests/src/support/report.ts';
import { seeded } from '../../../../load-tests/src/support/statistics.ts';
import { coldStarts } from './support/cold-start.ts';
import { claimWarm, killWhileScaling, rampUp, startScaleSite, watchAtRest } from './support/scale.ts';

const POOLS = 10;
const EACH = 20;
const REST_MS = 60_000;
const COLD_ROUNDS = 5;
const KILLED = { machines: 100, kills: 50 };

process.exitCode = publish({
  name: 'fleet',
  title: 'A fleet on Kubernetes: what it costs its operator',
  method:
    'A real API server with its controllers and scheduler (1.20.2) and the current server of custom resources; the ' +
    'operator as a process under the service account and roles of the chart. Pods run no process: each trades its ' +
    'enrolment token and counts as connected after 0.2 s; gateway and relay are in memory behind the operator’s HTTP ' +
    'routes, but for the start of a process, which is real with all it talks to. All of it shares the two cores. Writes are counted at a door before the API server, renewals of the Lease ' +
    'left out. Killed: SIGKILL at a random write of the operator, before the server hears of it or after, without the ' +
    'answer; the Lease is given back at once.',
  figures: [...(await measureLarge()), ...(await measureColdStart()), ...(await measureKilled())],
})
  ? 0
  : 1;

async function measureLarge(): Promise<Figure[]> {
  const site = await startScaleSite();
  try {
    const { ms, writesPerMachine, writesByKind } = await rampUp(site, POOLS, EACH);
    const rampCpuMs = cpuMs(site.operator.pid());
    const rest = await watchAtRest(site, REST_MS);
    const claimMs = await claimWarm(site);
    return [
      goal(`${POOLS * EACH} machines in ${POOLS} pools, from nothing to ready`, ms / 1000, 's', 60),
      { name: 'CPU of the operator until then', value: `${(rampCpuMs / 1000).toFixed(1)} s` },
      goal('writes to the API server for each machine', writesPerMachine, '', 8),
      { name: 'of which', value: writesByKind.join(', ') },
      goal('writes in a minute at rest', rest.writes.length, '', 1),
      goal('CPU at rest', rest.cpuShare * 100, '% of a core', 2),
      goal('memory of the operator (resident)', rest.memoryMb, 'MB', 200),
      goal('from a claim to its warm machine', claimMs / 1000, 's', 2),
    ];
  } finally {
    await site.stop();
  }
}

/** With the real gateway, relay and `spectral serve`. */
async function measureColdStart(): Promise<Figure[]> {
  const times = (await coldStarts(COLD_ROUNDS)).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
  return [
    goal(
      `from the start of a new machine's process to online (median of ${COLD_ROUNDS})`,
      median / 1000,
      's',
      3,
    ),
  ];
}

async function measureKilled(): Promise<Figure[]> {
  const site = await startScaleSite();
  const { machines, kills } = KILLED;
  try {
    const ms = await killWhileScaling(site, machines, kills, seeded(1));
    const kept = [...site.home.gateway.kept.values()].filter(({ revoked }) => !revoked);
    const objects = [
      (await site.fleet.agents('killed')).length,
      (await site.fleet.pods('killed')).length,
      (await site.fleet.list('persistentvolumeclaims')).length,
      kept.length,
      new Set(kept.map(({ uid }) => uid)).size,
    ];
    const right = objects.every((count) => count === machines) && site.faults.length === 0;
    const extra = objects.reduce((sum, count) => sum + Math.abs(count - machines), 0) + site.faults.length;
    return [
      {
        name: `operator killed ${kills} times while ${machines} come up: then ready after`,
        value: `${(ms / 1000).toFixed(1)} s`,
      },
      {
        name: 'Agents, pods, disks or machines doubled, missing or left over',
        value: String(extra),
        goal: '0',
        met: right,
      },
    ];
  } finally {
    await site.stop();
  }
}

function goal(name: string, value: number, unit: string, below: number): Figure {
  const digits = Number.isInteger(value) ? 0 : 2;
  return {
    name,
    value: `${value.toFixed(digits)} ${unit}`.trim(),
    goal: below === 1 ? '0' : `< ${below} ${unit}`.trim(),
    met: value < below,
  };
}
