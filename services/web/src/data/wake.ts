// When a sleeping tab or a lost network is back: a good moment to try the link again.

/** Calls back at each; returns what ends it. */
export function onWake(run: () => void): () => void {
  const whenVisible = () => document.visibilityState === 'visible' && run();
  window.addEventListener('online', run);
  window.addEventListener('pageshow', run);
  document.addEventListener('visibilitychange', whenVisible);
  return () => {
    window.removeEventListener('online', run);
    window.removeEventListener('pageshow', run);
    document.removeEventListener('visibilitychange', whenVisible);
  };
}
