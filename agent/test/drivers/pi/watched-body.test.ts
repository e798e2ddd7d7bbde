import assert from 'node:assert/strict';
import { ModelStalled, watchBody } from '../../../src/drivers/pi/watched-body.ts';

const UNCHANGED = { take: (text: string) => text, end: () => '', passes: () => false };

function source(): {
  stream: ReadableStream<Uint8Array>;
  send(text: string): void;
  close(): void;
  cancelled: Promise<unknown>;
} {
  const cancelled = Promise.withResolvers<unknown>();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start: (own) => void (controller = own),
    cancel: cancelled.resolve,
  });
  return {
    stream,
    send: (text) => controller.enqueue(new TextEncoder().encode(text)),
    close: () => controller.close(),
    cancelled: cancelled.promise,
  };
}

describe('a watched body', () => {
  it('passes what comes and ends with its source', async () => {
    const from = source();
    const body = new Response(watchBody(from.stream, UNCHANGED, 1000));

    from.send('a');
    from.send('b 🙂');
    from.close();

    assert.equal(await body.text(), 'ab 🙂');
  });

  it('passes what its filter makes of it, and the filter’s last word', async () => {
    const from = source();
    const filter = {
      take: (text: string) => (text === 'hold' ? '' : text.toUpperCase()),
      end: () => '!',
      passes: () => false,
    };
    const body = new Response(watchBody(from.stream, filter, 1000));

    for (const text of ['a', 'hold', 'b']) from.send(text);
    from.close();

    assert.equal(await body.text(), 'AB!');
  });

  it('passes bytes as they are where its filter says they would not change', async () => {
    const from = source();
    const filter = {
      take: (text: string) => text.toUpperCase(),
      end: () => '',
      passes: (bytes: Uint8Array) => bytes.byteLength > 1,
    };
    const body = new Response(watchBody(from.stream, filter, 1000));

    for (const text of ['long', 'a', 'again']) from.send(text);
    from.close();

    assert.equal(await body.text(), 'longAagain');
  });

  it('fails after silence and leaves its source', async () => {
    const from = source();
    const reader = watchBody(from.stream, UNCHANGED, 30).getReader();
    from.send('a');
    await reader.read();

    await assert.rejects(reader.read(), ModelStalled);
    assert.ok((await from.cancelled) instanceof ModelStalled);
  });

  it('leaves its source when its reader leaves', async () => {
    const from = source();
    const reader = watchBody(from.stream, UNCHANGED, 10_000).getReader();

    await reader.cancel('enough');

    assert.equal(await from.cancelled, 'enough');
  });
});
