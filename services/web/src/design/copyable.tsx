// A line of code to take away: a command, a link, a secret shown once.
import { CopyButton } from './copy-button.tsx';

export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <div className="copyable">
      {/* A long line scrolls, and must do so by keyboard too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <code tabIndex={0}>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
