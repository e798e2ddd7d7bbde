// One suite of Debian's archive, read through apt with folders of its own: nothing of the machine's apt changes, and
// no rights are needed.

import { existsSync, globSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../launcher/say.mjs';
import { outputOf, runProgram, type ProgramRun } from './run-program.ts';

const MIRROR = 'http://deb.debian.org/debian';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const REMEDY = 'It needs apt, and a way to Debian’s archive (http_proxy is honoured).';

export interface AptArchive {
  /** Names of the packages that `name` needs, itself among them. */
  closureOf(name: string): Promise<string[]>;
  /** Downloads packages into `folder` and gives their files; those already there are not fetched again. */
  download(names: readonly string[], folder: string): Promise<string[]>;
  /** Downloads what a source package is made of into `folder`. */
  downloadSource(name: string, folder: string): Promise<void>;
}

/** `suite` is a name such as `bookworm`; apt's own folders go below `work`, and its output to `<work>/apt-<suite>.log`. */
export async function openArchive(suite: string, work: string): Promise<AptArchive> {
  if (!existsSync(KEYRING))
    throw new Stop(`Debian's signing keys are not here (${KEYRING}): apt-get install debian-archive-keyring`);
  const env = { APT_CONFIG: writeSettings(suite, join(work, `apt-${suite}`)) };
  const run = (cwd: string): ProgramRun => ({
    cwd,
    env,
    log: join(work, `apt-${suite}.log`),
    remedy: REMEDY,
  });
  await runProgram('apt-get', ['update', '-qq'], run(work));

  return {
    closureOf: async (name) =>
      installedBy(await outputOf('apt-get', ['install', '-s', '-qq', '--no-install-recommends', name], env)),
    download: async (names, folder) => {
      mkdirSync(folder, { recursive: true });
      const missing = names.filter((name) => debFile(name, folder) === undefined);
      if (missing.length > 0) await runProgram('apt-get', ['download', '-qq', ...missing], run(folder));
      return names.flatMap((name) => debFile(name, folder) ?? []);
    },
    downloadSource: async (name, folder) => {
      mkdirSync(folder, { recursive: true });
      if (readdirSync(folder).some((file) => file.endsWith('.dsc'))) return;
      await runProgram('apt-get', ['source', '-qq', '--download-only', name], run(folder));
    },
  };
}

/** Everything apt reads or writes is below `folder`; the status file is empty, as on a machine without packages. */
function writeSettings(suite: string, folder: string): string {
  for (const each of ['state/lists/partial', 'cache/archives/partial', 'etc/preferences.d', 'etc/apt.conf.d'])
    mkdirSync(join(folder, each), { recursive: true });
  const signed = `signed-by=${KEYRING}`;
  writeFileSync(
    join(folder, 'etc/sources.list'),
    `deb [${signed} arch=amd64] ${MIRROR} ${suite} main\ndeb-src [${signed}] ${MIRROR} ${suite} main\n`,
  );
  writeFileSync(join(folder, 'state/status'), '');
  const settings = join(folder, 'apt.conf');
  writeFileSync(
    settings,
    [
      `Dir::State "${folder}/state";`,
      `Dir::State::status "${folder}/state/status";`,
      `Dir::Cache "${folder}/cache";`,
      `Dir::Etc "${folder}/etc";`,
      'Acquire::Languages "none";',
      'Acquire::Check-Valid-Until "false";', // a mirror that stands still is good enough: the files are signed all the same
      'APT::Sandbox::User "root";',
    ].join('\n'),
  );
  return settings;
}

/** apt's simulation prints `Inst <name> (<version> …)` for each. */
function installedBy(simulation: string): string[] {
  return simulation.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
}

function debFile(name: string, folder: string): string | undefined {
  return globSync(`${name}_*.deb`, { cwd: folder })
    .map((file) => join(folder, file))
    .at(0);
}
