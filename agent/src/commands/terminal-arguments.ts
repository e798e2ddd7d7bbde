/** What pi's command line is given: the person's words, and our extension where pi would not mistake it. */

/** Words pi knows as subcommands in the first place only; with anything before them they would be a prompt. */
const PI_SUBCOMMANDS = new Set(['install', 'remove', 'uninstall', 'update', 'list', 'config', 'auth']);
/** Answered without starting an agent, so that the team's tools would only slow them down. */
const QUICK_FLAGS = new Set(['--help', '-h', '--version', '-v', '--list-models', '--export']);

export function piArguments(argv: readonly string[], extensionFile: string): string[] {
  const [first] = argv;
  const quick = argv.some((word) => QUICK_FLAGS.has(word));
  if (quick || (first !== undefined && PI_SUBCOMMANDS.has(first))) return [...argv];
  return ['-e', extensionFile, ...argv];
}
