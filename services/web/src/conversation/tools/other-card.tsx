// Any other tool: its name, its arguments as readable JSON, its answer.
import { Code } from '../markdown/code-block.tsx';
import { Output } from './output.tsx';
import { ToolFrame } from './tool-frame.tsx';
import type { ToolView } from './tool.ts';

export function OtherCard({ tool }: { tool: ToolView }) {
  return (
    <ToolFrame
      tool={tool}
      icon="wrench"
      verb={tool.name}
      subject={briefly(tool.args)}
      renderDetails={() => (
        <div className="tool-below tool-file">
          <Code code={JSON.stringify(tool.args, null, 2) ?? ''} language="json" finished />
          <Output tool={tool} text={tool.output} wrapped />
        </div>
      )}
    />
  );
}

/** `key: value, key: value` on one line. */
function briefly(args: unknown): string {
  if (typeof args !== 'object' || args === null) return '';
  return Object.entries(args)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 200);
}
