// Block Markdown as React elements; a block renders again only when its source changed.
import { createElement, memo } from 'react';
import type { MarkedToken, Token, Tokens } from 'marked';
import { CodeBlock } from './code-block.tsx';
import { Inline } from './inline.tsx';

interface BlockProps {
  token: Token;
  /** No more text will be added to it. */
  finished: boolean;
  /** Depth of the answer's highest heading: it comes right below the page's own. */
  topDepth?: number;
}

export const Block = memo(BlockOf, (before, now) => {
  const same = before.token.raw === now.token.raw && before.finished === now.finished;
  return same && (now.token.type !== 'heading' || before.topDepth === now.topDepth);
});

function BlockOf({ token: anyToken, finished, topDepth = 1 }: BlockProps) {
  const token = anyToken as MarkedToken;
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return createElement(
        `h${Math.min(2 + Math.max(0, token.depth - topDepth), 6)}`,
        { 'data-depth': token.depth },
        <Inline tokens={token.tokens} />,
      );
    case 'paragraph':
      return (
        <p>
          <Inline tokens={token.tokens} />
        </p>
      );
    case 'text':
      return <Inline tokens={token.tokens ?? [token]} />;
    case 'code':
      return <CodeBlock code={token.text} language={token.lang ?? ''} finished={finished} />;
    case 'list':
      return <List token={token} finished={finished} />;
    case 'blockquote':
      return (
        <blockquote>
          <BlockList tokens={token.tokens} finished={finished} />
        </blockquote>
      );
    case 'table':
      return <Table token={token} />;
    case 'hr':
      return <hr />;
    case 'html':
      return <p className="markdown-raw">{token.raw.trimEnd()}</p>;
    default:
      return <Inline tokens={[token]} />;
  }
}

export function BlockList({ tokens, finished }: { tokens: readonly Token[]; finished: boolean }) {
  return tokens.map((token, index) => <Block key={index} token={token} finished={finished} />);
}

function List({ token, finished }: { token: Tokens.List; finished: boolean }) {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? 'markdown-task' : undefined}>
      <BlockList tokens={item.tokens} finished={finished} />
    </li>
  ));
  return token.ordered ? <ol start={Number(token.start)}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ token }: { token: Tokens.Table }) {
  const cell = ({ tokens, align }: Tokens.TableCell, index: number, Tag: 'th' | 'td') => (
    <Tag key={index} style={align ? { textAlign: align } : undefined}>
      <Inline tokens={tokens} />
    </Tag>
  );
  return (
    // A wide table scrolls in its own frame, by keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="markdown-table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{token.header.map((head, index) => cell(head, index, 'th'))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>{row.map((data, column) => cell(data, column, 'td'))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
