/** What `npm start` says to a person: one line per step, the address at the end. */
import { styleText } from 'node:util';

type Out = Pick<NodeJS.WriteStream, 'write'>;

export interface Progress {
  /** A step has ended; `detail` is dimmed behind it. */
  done(step: string, detail?: string): void;
  note(text: string): void;
  failed(text: string): void;
  /** The last word: where to go. */
  ready(facts: { loginLink: string; models: string; dataDirectory: string; seconds: number }): void;
}

export function createProgress(out: Out): Progress {
  const line = (text: string) => void out.write(`${text}\n`);
  return {
    done: (step, detail) =>
      line(`  ${styleText('green', '✓')} ${step}${detail ? styleText('dim', `  ${detail}`) : ''}`),
    note: (text) => line(`  ${styleText('dim', text)}`),
    failed: (text) => line(`  ${styleText('red', '✗')} ${text}`),
    ready({ loginLink, models, dataDirectory, seconds }) {
      const label = (text: string) => styleText('dim', text.padEnd(8));
      line('');
      line(
        `  ${styleText('bold', 'Spectral is ready')}${styleText('dim', ` after ${seconds.toFixed(1)} s`)}`,
      );
      line('');
      line(`  ${label('Open')}${styleText(['cyan', 'underline'], loginLink)}`);
      line(
        `  ${label('')}${styleText('dim', 'This link signs you in once; the next start prints a new one.')}`,
      );
      line(`  ${label('Models')}${models}`);
      line(`  ${label('Data')}${dataDirectory}`);
      line(`  ${label('Stop')}Ctrl-C`);
      line('');
    },
  };
}
