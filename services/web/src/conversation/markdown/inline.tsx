// Inline Markdown as React elements: text is always text, links pass safeLink, raw HTML is shown as it was written.
import type { MarkedToken, Token } from 'marked';
import { decodeEntities } from './entities.ts';
import { safeLink } from './safe-link.ts';

/** Every token becomes an element; unknown ones show their source. */
export function Inline({ tokens }: { tokens: readonly Token[] | undefined }) {
  return tokens?.map((token, index) => <InlineToken key={index} token={token as MarkedToken} />);
}

function InlineToken({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case 'text':
      return 'tokens' in token && token.tokens ? (
        <Inline tokens={token.tokens} />
      ) : (
        decodeEntities(token.text)
      );
    case 'escape':
      return token.text;
    case 'strong':
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      );
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'checkbox':
      return (
        <input
          type="checkbox"
          checked={token.checked}
          disabled
          aria-label={token.checked ? 'done' : 'open'}
        />
      );
    case 'link':
      return <SafeLink href={token.href} tokens={token.tokens} source={token.raw} />;
    case 'image':
      // Pictures of other origins are not loaded: that would tell them who reads. The link stays.
      return <SafeLink href={token.href} tokens={token.tokens} source={token.raw} />;
    default:
      return token.raw;
  }
}

function SafeLink({ href, tokens, source }: { href: string; tokens: readonly Token[]; source: string }) {
  const address = safeLink(href);
  if (address === null) return source;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      <Inline tokens={tokens} />
    </a>
  );
}
