/** `npm run soak -- --minutes 30 --seed 1`: the checker for long, with the relays' memory watched. */
import { figureTable, machineText, saveResult, savedResult } from '../support/report.ts';
import { methodText, runAndExplain } from './checker.ts';
import { figuresOf } from './figures.ts';
import { DEFAULT_OPTIONS, readCheckerOptions, type CheckerOptions } from './options.ts';
import { withSection } from './soak-sections.ts';

const NAME = 'soak';
const DEFAULT_SECONDS = 30 * 60;

const HEAD = `# Half an hour of mixed faults

\`npm run soak -- --minutes 30 --seed N --save\`; each seed has its section, which a new run replaces. Figures of one run each.

Memory: resident memory of every relay process, each 10 s, under the options of Node that the chart gives relays. Processes that are killed begin anew with small heaps, so in each run one relay, drawn by the seed, is spared of kills and restarts and takes all other faults; its garbage is collected a second before each look, and the mean of its samples in the last third of the run is held against that of the middle third.
`;

/** Resolves with whether everything was as it should be. */
export async function measure(args: readonly string[] = process.argv.slice(3)): Promise<boolean> {
  const options = readCheckerOptions(
    args.filter((arg) => arg !== '--save'),
    { ...DEFAULT_OPTIONS, seconds: DEFAULT_SECONDS },
  );
  process.stderr.write(`seed ${options.seed}, ${options.seconds / 60} minutes\n`);
  const verdict = await runAndExplain(options);
  const figures = figuresOf(options, verdict);
  const section = `${methodText(options)}\n\n${figureTable(figures)}\n\nMeasured ${machineText()}.`;
  process.stdout.write(`## ${headingOf(options)}\n\n${section}\n`);
  if (args.includes('--save'))
    saveResult(NAME, withSection(savedResult(NAME) ?? HEAD, headingOf(options), section));
  return figures.every(({ met }) => met !== false);
}

const headingOf = ({ seed }: CheckerOptions): string => `Seed ${seed}`;
