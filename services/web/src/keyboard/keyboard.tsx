// The page's keyboard: one listener that runs commands by their chords, the palette and the sheet of shortcuts.
import { useEffect, useState } from 'react';
import { useServices } from '../app/services.ts';
import { isTyping, matchesChord } from './chords.ts';
import { useCommands, type Command } from './commands.ts';
import { Palette } from './palette.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';

export function Keyboard() {
  const { commands } = useServices();
  const [shown, setShown] = useState<'palette' | 'sheet' | null>(null);

  useCommands(commands, [
    {
      id: 'palette',
      title: 'Command palette',
      group: 'Page',
      icon: 'command',
      chord: 'mod+k',
      hidden: true,
      run: () => setShown('palette'),
    },
    {
      id: 'shortcuts',
      title: 'Keyboard shortcuts',
      group: 'Page',
      icon: 'keyboard',
      chord: '?',
      run: () => setShown('sheet'),
    },
  ]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = commandFor(event, commands.get());
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [commands]);

  const close = () => setShown(null);
  return (
    <>
      <Palette open={shown === 'palette'} onClose={close} />
      <ShortcutSheet open={shown === 'sheet'} onClose={close} />
    </>
  );
}

/** None while a dialog is open or, for plain keys, while text is being typed. The newest command wins. */
function commandFor(event: KeyboardEvent, commands: readonly Command[]): Command | undefined {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return undefined;
  return commands.findLast(({ chord }) => {
    if (chord === undefined || !matchesChord(event, chord)) return false;
    return chord.includes('mod+') || !isTyping(event.target);
  });
}
