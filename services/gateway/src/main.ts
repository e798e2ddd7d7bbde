/**
 * The gateway as a process: settings from the environment, parts from the settings, an end on SIGTERM. With a word after
 * the file's name it runs that command (commands.ts) and ends.
 */
import { createLogger, stopOnSignal, type Logger } from '@spectral/common';
import { runCommand } from './commands.ts';
import { readGatewayConfig, type GatewayConfig } from './config.ts';
import { openGatewayParts } from './parts.ts';
import { startGateway } from './start.ts';

/** What a stop may take beyond the answers that stream. */
const STOP_GRACE_MS = 5_000;

async function main(): Promise<void> {
  const config = readGatewayConfig(process.env);
  const log = createLogger({ service: 'gateway', level: config.logLevel });
  const command = process.argv[2];
  if (command === undefined) return serve(config, log);
  console.log(await runCommand(command, config, log, new Date()));
}

async function serve(config: GatewayConfig, log: Logger): Promise<void> {
  const opened = await openGatewayParts(config, log);
  const running = await startGateway(config, opened.parts);
  const stop = async () => {
    await running.close(config.drainMs);
    await opened.close();
  };
  stopOnSignal(stop, { limitMs: config.drainMs + STOP_GRACE_MS, log, process });
  log.info({ url: running.url, publicUrl: config.publicUrl }, 'listening');

  const { firstRun } = running.gateway;
  // A parent that started this process with a channel, such as a test, hears where to go.
  process.send?.({
    type: 'ready',
    url: running.url,
    loginLink: firstRun?.loginLink,
    teamKey: firstRun?.teamKey,
  });

  // To the terminal and not to the log: these secrets are shown once and kept nowhere.
  if (firstRun) {
    console.error(
      `First run. Sign in once with ${firstRun.loginLink}\nEnrol machines with the team key ${firstRun.teamKey}`,
    );
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
