/** How long a machine takes from the start of its process until people find it online. */
import { waitFor } from '../../../../../load-tests/src/support/wait.ts';
import { fleetOf } from './fleet.ts';
import { startFleetSite } from './fleet-site.ts';
import { machinesOf } from './people.ts';
import { startRealHome } from './real-home.ts';
import { servePods } from './serve-pods.ts';

const LIMIT_MS = 60_000;

/** One machine after the other, each new; gives the milliseconds of each. */
export async function coldStarts(rounds: number): Promise<number[]> {
  const started: { at: number } = { at: 0 };
  const site = await startFleetSite({
    startHome: startRealHome,
    player({ server: { admin, folder }, disks }) {
      const play = servePods({ admin, disks, folder });
      return async (pod) => {
        const running = await play(pod);
        started.at = performance.now();
        return running;
      };
    },
  });
  try {
    const fleet = fleetOf(site.server.admin);
    const { person, teamId } = site.home;
    await fleet.makeTemplate('cold');
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const pool = `cold-${round}`;
      await fleet.makePool(pool, { templateRef: { name: 'cold' }, team: teamId, replicas: 1 });
      await waitFor('it to be online', LIMIT_MS, async () => (await machinesOf(person, pool))[0]?.online);
      times.push(performance.now() - started.at);
    }
    return times;
  } finally {
    await site.stop();
  }
}
