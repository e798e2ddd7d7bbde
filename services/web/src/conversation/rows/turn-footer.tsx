// What a turn took: tokens, cost, time; and its answer to copy.
import { clockText, costText, durationText, tokensText } from '../../design/amounts.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import type { FooterRow } from './row.ts';

export function TurnFooter({ row }: { row: FooterRow }) {
  const cached = row.cachedTokens > 0 ? `, ${tokensText(row.cachedTokens)} cached` : '';
  return (
    <div className="turn-footer numbers">
      <CopyButton text={row.answer} what="answer" />
      <span
        title={`${row.inputTokens.toLocaleString('en')} tokens read${cached}, ${row.outputTokens.toLocaleString('en')} written`}
      >
        {tokensText(row.inputTokens)} in{cached} · {tokensText(row.outputTokens)} out
      </span>
      <span>{costText(row.cost)}</span>
      {row.durationMs >= 100 && <span>{durationText(row.durationMs)}</span>}
      <span className="turn-footer-model truncate">{row.modelId}</span>
      <time dateTime={new Date(row.at).toISOString()}>{clockText(row.at)}</time>
    </div>
  );
}
