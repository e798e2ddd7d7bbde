// All shortcuts that work here, shown with `?`.
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { Dialog } from '../design/dialog.tsx';
import { Kbd } from '../design/kbd.tsx';
import './shortcut-sheet.css';

interface Shortcut {
  readonly chord: string;
  readonly title: string;
}

/** Keys of the composer itself, handled there. */
const COMPOSER: readonly Shortcut[] = [
  { chord: 'enter', title: 'Send; while a turn runs: queue' },
  { chord: 'shift+enter', title: 'New line' },
  { chord: 'mod+enter', title: 'Steer the running turn' },
  { chord: 'escape', title: 'Stop the running turn' },
];

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} title="Keyboard shortcuts" kind="wide" onClose={onClose}>
      <SheetBody />
    </Dialog>
  );
}

function SheetBody() {
  const { commands } = useServices();
  const withChord = useStore(commands).flatMap(({ chord, title, group }) =>
    chord ? [{ chord, title, group }] : [],
  );
  const groups = [...new Set(withChord.map(({ group }) => group))];
  return (
    <div className="shortcuts">
      {groups.map((group) => (
        <ShortcutList
          key={group}
          title={group}
          shortcuts={withChord.filter((shortcut) => shortcut.group === group)}
        />
      ))}
      <ShortcutList title="Composer" shortcuts={COMPOSER} />
    </div>
  );
}

function ShortcutList({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {shortcuts.map((shortcut) => (
          <div key={shortcut.chord}>
            <dt>{shortcut.title}</dt>
            <dd>
              <Kbd chord={shortcut.chord} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
