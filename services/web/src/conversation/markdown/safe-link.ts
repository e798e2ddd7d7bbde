// Which addresses of a model's answer may become links: a model's text is not trusted.

const ALLOWED = new Set(['http:', 'https:', 'mailto:']);

/** The absolute address, or null when it must stay text (other schemes, relative or broken addresses). */
export function safeLink(href: string): string | null {
  let address: URL;
  try {
    address = new URL(href);
  } catch {
    return null;
  }
  return ALLOWED.has(address.protocol) ? address.href : null;
}
