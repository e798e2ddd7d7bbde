/** What to do about an error of a session, by its code; null where the message says it all. */

const REMEDIES: Readonly<Record<string, string>> = {
  'model-not-granted':
    'Choose another model below, or ask an admin of the team to grant this one in Settings → Models.',
  'rate-limited':
    'The provider asks for a pause. Send the prompt again in a minute, or choose another model.',
  overloaded: 'The provider is overloaded. Send the prompt again, or choose another model.',
  'context-overflow':
    'The conversation is longer than the model can read. Compact it from the menu above, or fork it.',
  unauthorized:
    'The machine’s token was refused. Run `spectral login` on the machine, then `spectral serve`.',
  'project-missing':
    'The project’s directory is gone. Restore it on the machine, or create a project elsewhere.',
  'disk-full': 'Free some space on the machine; the session continues with the next prompt.',
  'driver-unavailable': 'The agent could not start on the machine. Its log says why.',
};

export function remedyFor(code: string): string | null {
  return REMEDIES[code] ?? null;
}
