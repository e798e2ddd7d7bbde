/** The parent that started the daemon with a channel (`npm start`, tests): it hears of readiness, and its end ends us. */

/** What of the process is used. */
export type ChannelProcess = Pick<NodeJS.Process, 'once' | 'channel' | 'send'>;

export interface ParentChannel {
  /** Tells the parent that the relay link is up. */
  ready(): void;
  /** Resolves when the parent is gone, however it died; never without a parent. */
  readonly gone: Promise<'signal'>;
}

/** Watches the channel without keeping the process alive for it. */
export function watchParent(process: ChannelProcess): ParentChannel {
  const gone = new Promise<'signal'>((resolve) => process.once('disconnect', () => resolve('signal')));
  process.channel?.unref();
  return {
    gone,
    // A parent that dies at this moment is heard of through `gone`.
    ready: () => void process.send?.({ type: 'ready' }, undefined, {}, () => {}),
  };
}
