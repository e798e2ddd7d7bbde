// A shell command: the command itself, its newest lines while it runs, how it ended, all of its output on demand.
import { CopyButton } from '../../design/copy-button.tsx';
import { Output } from './output.tsx';
import { ToolFrame } from './tool-frame.tsx';
import { lineCount, tailOf, textArg, type ToolView } from './tool.ts';

const LIVE_LINES = 8;
const FAILED_LINES = 6;

export function BashCard({ tool }: { tool: ToolView }) {
  const command = textArg(tool, 'command', 'cmd', 'script');
  const lines = lineCount(tool.output);
  return (
    <ToolFrame
      tool={tool}
      icon="terminal"
      verb="Run"
      subject={command.split('\n')[0] ?? ''}
      facts={tool.state !== 'running' && lines > 1 && <span className="numbers">{lines} lines</span>}
      preview={previewOf(tool)}
      renderDetails={() => (
        <div className="tool-below">
          <div className="tool-command">
            <code>{command}</code>
            <CopyButton text={command} what="command" />
          </div>
          <Output tool={tool} text={tool.output} />
        </div>
      )}
    />
  );
}

/** A running command shows its tail, a failed one its last words; a good one needs no more than its line. */
function previewOf(tool: ToolView) {
  const lines = tool.state === 'running' ? LIVE_LINES : FAILED_LINES;
  if ((tool.state !== 'running' && tool.state !== 'failed') || tool.output.trim() === '') return null;
  return (
    <div className="tool-below">
      <Output tool={tool} text={tailOf(tool.output, lines)} />
    </div>
  );
}
