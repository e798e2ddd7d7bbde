/** `npm run bench -- checker`: nothing lost, doubled or reordered, no prompt run twice, whatever dies. */
import { publish } from '../support/report.ts';
import { explain } from './explain.ts';
import { readCheckerOptions, type CheckerOptions } from './options.ts';
import { faultText } from './plan.ts';
import { planOf, runChecker, type Verdict } from './run.ts';

/** Violations shown with their surroundings; the rest is counted. */
const SHOWN = 3;

export async function measure(args: readonly string[] = process.argv.slice(3)): Promise<boolean> {
  const save = args.includes('--save');
  const options = readCheckerOptions(args.filter((arg) => arg !== '--save'));
  say(`seed ${options.seed}; the plan:`);
  for (const fault of planOf(options)) say(faultText(fault));
  const verdict = await runChecker(options, say);
  for (const violation of verdict.violations.slice(0, SHOWN)) say(explain(violation, verdict));
  if (verdict.directory) say(`kept: ${verdict.directory}`);
  return report(options, verdict, save);
}

function report(options: CheckerOptions, verdict: Verdict, save: boolean): boolean {
  const { seconds, seed, relays, machines, readers } = options;
  const count = (kind: string) =>
    verdict.readers.reduce(
      (sum, { records }) => sum + records.filter((record) => record.kind === kind).length,
      0,
    );
  const logged = [...verdict.logs.values()].reduce((sum, log) => sum + log.length, 0);
  const { ms } = verdict.convergence;
  const limitMs = options.convergeSeconds * 1000;
  const violations = verdict.violations.length;
  return publish(
    {
      name: 'checker',
      title: 'Nothing lost, doubled or reordered, whatever dies',
      method:
        `${machines} machines with scripted agents and ${readers} readers with the real client, each a process, on ${relays} relays, a gateway and Redis. ` +
        `For ${seconds} s relays are killed, frozen and restarted, Redis is killed and paused, links of machines and readers are cut, slowed and partitioned, by the plan of seed ${seed}. ` +
        "Every reader writes down each event as it applies it; afterwards that is compared number by number with the machines' own logs, and every prompt with what ran. " +
        `\`npm run bench -- checker --seconds ${seconds} --seed ${seed} --relays ${relays}\` runs the same plan again.`,
      figures: [
        { name: 'Violations', value: String(violations), goal: '0', met: violations === 0 },
        { name: 'Faults', value: String(verdict.strikes.length) },
        { name: 'Events written by the machines', value: String(logged) },
        { name: 'Events applied by readers (merged ones count once)', value: String(count('event')) },
        { name: 'Prompts accepted', value: `${count('accepted')} of ${count('sent')}` },
        {
          name: 'From the last fault until everything was settled and everybody had everything',
          value: ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`,
          goal: `readers: ${options.convergeSeconds} s`,
          met: ms !== null && (ms <= limitMs || violations === 0),
        },
      ],
    },
    save ? ['--save'] : [],
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
