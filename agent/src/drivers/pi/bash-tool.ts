/** pi's bash tool, run by us: without the daemon's secrets, and so that no process outlives its session. */
import { access } from 'node:fs/promises';
import type { BashOperations, ToolDefinition } from '@earendil-works/pi-coding-agent';
import type { ChildProcesses } from './child-processes.ts';
import type { PiSdk } from './load-pi.ts';

/** The tool for `cwd`. Commands see `environment` and nothing else. */
export function createBashTool(
  sdk: PiSdk,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  children: ChildProcesses,
): ToolDefinition {
  // Windows has neither process groups nor these shells at fixed places; there pi's own way is used.
  const operations =
    process.platform === 'win32' ? sdk.createLocalBashOperations() : groupedBash(sdk, environment, children);
  const definition = sdk.createBashToolDefinition(cwd, {
    operations,
    exposeSessionEnvironment: false,
    spawnHook: (context) => ({ ...context, env: { ...environment } }),
  });
  return definition as ToolDefinition;
}

/** pi reads the words `aborted` and `timeout:<seconds>` of a failure to tell the model what happened. */
function groupedBash(
  sdk: PiSdk,
  environment: Readonly<Record<string, string>>,
  children: ChildProcesses,
): BashOperations {
  return {
    async exec(command, cwd, { onData, signal, timeout }) {
      await mustExist(cwd);
      const { shell, args } = sdk.getShellConfig();
      const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
      const result = await children.run({
        shell,
        args: [...args, command],
        cwd,
        env: environment,
        onData,
        signal,
        timeoutMs,
      });
      if (result.ending === 'aborted') throw new Error('aborted');
      if (result.ending === 'timed-out') throw new Error(`timeout:${timeout}`);
      return { exitCode: result.exitCode };
    },
  };
}

async function mustExist(cwd: string): Promise<void> {
  try {
    await access(cwd);
  } catch (cause) {
    throw new Error(`The project's directory no longer exists: ${cwd}`, { cause });
  }
}
