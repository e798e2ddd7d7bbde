/** `npm run bench -- <name> [--save]`: runs one measurement, or lists them. */

const MEASUREMENTS: Record<string, { readonly about: string; readonly run: () => Promise<boolean> }> = {
  'cut-points': {
    about: 'tabs, relay and daemon killed at random events: every transcript comes back byte-equal',
    run: async () => (await import('./cut-points.ts')).measure(),
  },
  'many-tabs': {
    about: '20 tabs on one session, 5 killed at random',
    run: async () => (await import('./many-tabs.ts')).measure(),
  },
  'serve-footprint': {
    about: 'memory and CPU of `spectral serve`',
    run: async () => (await import('./serve-footprint.ts')).measure(),
  },
  fleet: {
    about:
      '200 machines on Kubernetes: time, writes, CPU and memory of the operator; the operator killed 50 times',
    run: async () =>
      (await import('./support/run-script.ts')).runScript('services/operator/test/e2e/measure-fleet.ts'),
  },
  'command-start': {
    about: 'start of the `spectral` command',
    run: async () => (await import('./command-start.ts')).measure(),
  },
  'request-latency': {
    about: 'a request through one relay process, beside a bare relay of ws sockets',
    run: async () => (await import('./relay/request-latency.ts')).measure(),
  },
  checker: {
    about:
      'scripted machines and readers under mixed faults; every history is checked (--seconds, --seed, --relays, --redis)',
    run: async () => (await import('./checker/checker.ts')).measure(),
  },
  soak: {
    about: 'the checker for long, with the memory of the relays (--minutes, --seed, --relays)',
    run: async () => (await import('./checker/soak.ts')).measure(),
  },
  'cross-pod': {
    about: 'requests across two relay processes and through one: latency, CPU of all processes',
    run: async () => (await import('./relay/cross-pod.ts')).measure(),
  },
  'redis-load': {
    about: 'what machines, readers and requests of a fleet cost Redis: memory, commands, CPU',
    run: async () => (await import('./relay/redis-load.ts')).measure(),
  },
  'event-fan-out': {
    about: 'CPU of an event across pods, at 2 and 8 pods, beside Socket.IO with its Redis adapter',
    run: async () => (await import('./relay/event-fan-out.ts')).measure(),
  },
  'pod-death': {
    about: 'a relay process is killed: one nobody uses, and the one that holds the machines',
    run: async () => (await import('./relay/pod-death.ts')).measure(),
  },
  drain: {
    about: 'a relay process is told to stop under load: failed calls, time to exit',
    run: async () => (await import('./relay/drain.ts')).measure(),
  },
  'rolling-restart': {
    about: 'every relay process replaced in turn under load: what readers see (--sockets, --spread-ms)',
    run: async () => (await import('./relay/rolling-restart.ts')).measure(),
  },
  'slow-viewer': {
    about:
      'a burst of 10 MB with a fast viewer and a slow one: the time of the fast, the memory of the relay',
    run: async () => (await import('./relay/slow-viewer.ts')).measure(),
  },
  'idle-memory': {
    about: 'memory of a relay process per idle machine and browser',
    run: async () => (await import('./relay/idle-memory.ts')).measure(),
  },
  'half-load': {
    about: 'latency that two relay processes and Redis add at half of their load, beside a direct socket',
    run: async () => (await import('./relay/half-load.ts')).measure(),
  },
  'held-connections': {
    about:
      '8,000 machines and 8,000 browsers on one relay process, cut and back (--connections, --hold-seconds)',
    run: async () => (await import('./relay/held-connections.ts')).measure(),
  },
  'many-readers': {
    about: 'one machine, 500 readers over 4 relay processes: how late each is (--seconds)',
    run: async () => (await import('./relay/many-readers.ts')).measure(),
  },
  'long-session': {
    about: 'a session of 2,000 messages in the page: shown after, scrolled how smoothly',
    run: async () => (await import('./long-session.ts')).measure(),
  },
  page: {
    about: 'first character, script time of a streamed answer, size of the page',
    run: async () => (await import('./page.ts')).measure(),
  },
};

const name = process.argv[2] ?? '';
const measurement = MEASUREMENTS[name];
if (measurement) {
  // A failed measurement may leave clients that reconnect for ever; the processes they talked to are stopped by then.
  process.exit((await measurement.run()) ? 0 : 1);
} else {
  const lines = Object.entries(MEASUREMENTS).map(([each, { about }]) => `  ${each.padEnd(18)}${about}`);
  process.stderr.write(
    `${name ? `no measurement is called "${name}"; ` : ''}choose one:\n${lines.join('\n')}\n`,
  );
  process.exitCode = 2;
}
