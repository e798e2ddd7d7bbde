/**
 * Preloaded into a process whose memory is measured (`--expose-gc --import`): SIGUSR2 collects its garbage, and gives
 * back the pages that V8 otherwise keeps for a while.
 */
process.on('SIGUSR2', () => {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
});
