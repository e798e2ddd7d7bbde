/** Names a session after its first answer. Never delays or fails a turn. */
import type { Driver } from '../drivers/driver.ts';

export const DEFAULT_TITLE = 'New session';
const TITLE_TIMEOUT_MS = 20_000;
const MOST_TITLE_CHARS = 80;
/** The model needs the gist, not the whole prompt. */
const EXCERPT_CHARS = 2_000;

const SYSTEM =
  'You name conversations. Answer with a title of three to seven words for the conversation below, ' +
  'in its language, without quotes and without a full stop. Answer with the title alone.';

/** A title for the conversation, or null when the model gave none in time. Never rejects. */
export async function titleFor(
  driver: Pick<Driver, 'complete'>,
  conversation: { readonly modelId: string; readonly prompt: string; readonly answer: string },
): Promise<string | null> {
  try {
    const text = await driver.complete({
      modelId: conversation.modelId,
      system: SYSTEM,
      prompt: `Person:\n${excerpt(conversation.prompt)}\n\nAssistant:\n${excerpt(conversation.answer)}`,
      maxTokens: 60,
      signal: AbortSignal.timeout(TITLE_TIMEOUT_MS),
    });
    return cleanTitle(text);
  } catch {
    return null; // The default title stays; a title is no reason to disturb anybody.
  }
}

/** One line, without quotes or an end mark, of bounded length; null when nothing is left. */
export function cleanTitle(text: string): string | null {
  const line = text
    .trim()
    .split('\n', 1)[0]
    ?.replaceAll(/^["'“”«»`#*\s]+|["'“”«»`*.\s]+$/g, '');
  if (!line) return null;
  return line.length <= MOST_TITLE_CHARS ? line : `${line.slice(0, MOST_TITLE_CHARS - 1).trimEnd()}…`;
}

function excerpt(text: string): string {
  return text.length <= EXCERPT_CHARS ? text : `${text.slice(0, EXCERPT_CHARS)} …`;
}
