/** Changes lines of a module while it is loaded, for processes that are to be wrong on purpose. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** A text that stands in the module, and what is to stand there. */
export type Replacement = readonly [from: string, to: string];

/** From now on, in this process. Loading the module at `path` throws Error when a text is not found in it. */
export function replaceInSource(path: string, replacements: readonly Replacement[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(path)) return loaded;
      const source = replacements.reduce(
        (text, [from, to]) => {
          if (!text.includes(from)) throw new Error(`${url}: expected to find "${from}"`);
          return text.replace(from, () => to);
        },
        readFileSync(new URL(url), 'utf8'),
      );
      return { ...loaded, source };
    },
  });
}
