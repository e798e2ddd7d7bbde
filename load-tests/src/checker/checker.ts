/** `npm run bench -- checker`: nothing lost, doubled or reordered, no prompt run twice, whatever dies. */
import { publish } from '../support/report.ts';
import { explain } from './explain.ts';
import { figuresOf } from './figures.ts';
import { readCheckerOptions, type CheckerOptions } from './options.ts';
import { faultText } from './plan.ts';
import { createProgress } from './progress.ts';
import { planOf, runChecker, type Verdict } from './run.ts';

/** Violations shown with their surroundings; the rest is counted. */
const SHOWN = 3;

export async function measure(args: readonly string[] = process.argv.slice(3)): Promise<boolean> {
  const options = readCheckerOptions(args.filter((arg) => arg !== '--save'));
  say(`seed ${options.seed}; the plan:`);
  for (const fault of planOf(options)) say(faultText(fault));
  const verdict = await runAndExplain(options);
  const { seconds, seed } = options;
  return publish(
    {
      name: 'checker',
      title: 'Nothing lost, doubled or reordered, whatever dies',
      method: `${methodText(options)} \`npm run bench -- checker --seconds ${seconds} --seed ${seed}\` runs the same plan again.`,
      figures: figuresOf(options, verdict),
    },
    args.filter((arg) => arg === '--save'),
  );
}

/** Runs, tells how it goes on standard error, and explains what was found. */
export async function runAndExplain(options: CheckerOptions): Promise<Verdict> {
  const verdict = await runChecker(options, createProgress(say));
  for (const violation of verdict.violations.slice(0, SHOWN)) say(explain(violation, verdict));
  if (verdict.directory) say(`kept: ${verdict.directory}`);
  return verdict;
}

const SITE_TEXT = {
  single: 'one Redis server',
  sentinel: 'two Redis servers with a Sentinel',
  cluster: 'a Redis cluster of three servers and their replicas',
} as const;

/** What such a run does, in a few sentences. */
export function methodText({ machines, readers, relays, redis, seconds, seed }: CheckerOptions): string {
  return (
    `${machines} machines with scripted agents and ${readers} readers with the real client, each a process, on ${relays} relays, a gateway and ${SITE_TEXT[redis]}. ` +
    `For ${seconds} s, by the plan of seed ${seed}, relays, gateway, daemons and readers are killed and started again; relays are frozen, drained, and slowed or parted from Redis; Redis is killed, paused, failed over, loses messages, and is away for 30 s; links of machines and readers are cut, slowed, parted, and left half open. ` +
    "Every reader writes down each event as it applies it; afterwards that is compared number by number with the machines' own logs, the lists with one another and with the machine's, and every prompt with what ran. " +
    'During an outage a reader beside its machine must go on; each second every relay is asked whether it is ready, which must be true.'
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
