import assert from 'node:assert/strict';
import { trace } from '@opentelemetry/api';
import { recordSpans } from './support/record-spans.ts';

describe('the recorder of spans', () => {
  it('sees their names and what they are given, until it stops', () => {
    const { spans, stop } = recordSpans();
    trace
      .getTracer('a')
      .startSpan('request', { attributes: { path: '/secret' } })
      .setAttribute('who', 'ada');
    trace.getTracer('a').startActiveSpan('work', (span) => span.addEvent('done'));

    stop();
    trace.getTracer('b').startSpan('later');

    assert.match(spans.join(), /request.*secret.*who.*ada.*work.*done/);
    assert.doesNotMatch(spans.join(), /later/);
  });
});
