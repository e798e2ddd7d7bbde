// A key or chord as the person's keyboard names it.
import './kbd.css';

/** `chord` such as `mod+k`, `shift+enter`, `?`. */
export function Kbd({ chord }: { chord: string }) {
  return (
    <kbd className="kbd">
      {chord
        .split('+')
        .map(keyName)
        .join(isMac() ? '' : '+')}
    </kbd>
  );
}

export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform);
}

function keyName(key: string): string {
  const mac = isMac();
  const names: Record<string, string> = {
    mod: mac ? '⌘' : 'Ctrl',
    shift: mac ? '⇧' : 'Shift',
    alt: mac ? '⌥' : 'Alt',
    enter: mac ? '↵' : 'Enter',
    escape: 'Esc',
    up: '↑',
    down: '↓',
  };
  return names[key] ?? key.toUpperCase();
}
