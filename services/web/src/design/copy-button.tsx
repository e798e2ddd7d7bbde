// Copies a text to the clipboard and says so.
import { useEffect, useState } from 'react';
import { Icon } from './icon.tsx';
import './copy-button.css';

const SHOWN_MS = 1_600;

/** `what` completes "Copy …", such as `code` or `command`. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // No permission or no secure origin: the text stays selectable beside the button.
      setCopied(false);
    }
  };

  return (
    <button
      type="button"
      className="copy-button"
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copy()}
    >
      <Icon name={copied ? 'check' : 'copy'} size={15} />
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}
