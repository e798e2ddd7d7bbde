/** Runs `spectral` without a subcommand, as the command's entry does. */
import { runTerminal } from '../../src/commands/terminal.ts';

process.exitCode = await runTerminal(process.argv.slice(2), process.env);
