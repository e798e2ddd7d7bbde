// Loaded before the program: asks it to stop cleanly when the launcher is gone without having said so.

if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref(); // listening must not keep a finished program alive
}
