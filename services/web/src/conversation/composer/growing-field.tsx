// A text field as high as its text, up to 40 % of the window.
import { useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent, type RefObject } from 'react';

interface GrowingFieldProps {
  ref: RefObject<HTMLTextAreaElement | null>;
  value: string;
  label: string;
  placeholder: string;
  onChange: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onPaste: (event: ClipboardEvent) => void;
}

export function GrowingField({
  ref,
  value,
  label,
  placeholder,
  onChange,
  onKeyDown,
  onPaste,
}: GrowingFieldProps) {
  const lastLength = useRef(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Growing needs no second layout: only a shorter text may need less room.
    if (value.length < lastLength.current) element.style.height = 'auto';
    lastLength.current = value.length;
    element.style.height = `${element.scrollHeight}px`;
  }, [value, ref]);

  return (
    <textarea
      ref={ref}
      className="composer-field"
      rows={1}
      value={value}
      aria-label={label}
      placeholder={placeholder}
      enterKeyHint="send"
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
    />
  );
}
