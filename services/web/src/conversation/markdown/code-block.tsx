// A block of code: its language, a copy button, colours once it is finished.
import { memo, useEffect, useState } from 'react';
import { CopyButton } from '../../design/copy-button.tsx';
import { useHighlight } from './highlight-context.ts';
import type { Piece } from './highlight.ts';
import './code-block.css';

interface CodeBlockProps {
  code: string;
  /** As written after the fence; may be empty or unknown. */
  language: string;
  finished: boolean;
}

export const CodeBlock = memo(function CodeBlock({ code, language, finished }: CodeBlockProps) {
  const name = language.trim().split(/\s/)[0] ?? '';
  return (
    <figure className="code-block">
      <figcaption>
        <span>{name || 'text'}</span>
        <CopyButton text={code} what="code" />
      </figcaption>
      <Code code={code} language={name} finished={finished} />
    </figure>
  );
});

/** Code without a frame. Plain until its colours are there; a failed load leaves it plain. */
export function Code({ code, language, finished }: CodeBlockProps) {
  const highlight = useHighlight();
  const [coloured, setColoured] = useState<{ code: string; lines: readonly (readonly Piece[])[] } | null>(
    null,
  );

  useEffect(() => {
    if (!finished) return;
    let wanted = true;
    highlight(code, language).then(
      (lines) => wanted && lines && setColoured({ code, lines }),
      () => undefined,
    );
    return () => void (wanted = false);
  }, [code, language, finished, highlight]);

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className="code" tabIndex={0}>
      <code>{coloured?.code === code ? coloured.lines.map(lineOf) : code}</code>
    </pre>
  );
}

function lineOf(line: readonly Piece[], index: number) {
  const pieces = line.map(({ text, kind }, place) =>
    kind ? (
      <span key={place} className={`code-${kind}`}>
        {text}
      </span>
    ) : (
      text
    ),
  );
  return (
    <span key={index}>
      {index > 0 && '\n'}
      {pieces}
    </span>
  );
}
