/** The gateway as a process: settings from the environment, parts from the settings, an end on SIGTERM. */
import { createLogger, stopOnSignal } from '@spectral/common';
import { readGatewayConfig } from './config.ts';
import { openGatewayParts } from './parts.ts';
import { startGateway } from './start.ts';

/** Answers that stream get 10 s of it; a cluster kills after 30. */
const STOP_LIMIT_MS = 15_000;

async function main(): Promise<void> {
  const config = readGatewayConfig(process.env);
  const log = createLogger({ service: 'gateway', level: config.logLevel });
  const opened = await openGatewayParts(config, log);
  const running = await startGateway(config, opened.parts);
  const stop = async () => {
    await running.close();
    await opened.close();
  };
  stopOnSignal(stop, { limitMs: STOP_LIMIT_MS, log, process });
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
