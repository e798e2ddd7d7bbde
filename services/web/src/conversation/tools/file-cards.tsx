// Edits, new files and reads: the path, and what became of it.
import { useMemo } from 'react';
import { Code } from '../markdown/code-block.tsx';
import { DiffCounts, DiffView } from './diff-view.tsx';
import { Output } from './output.tsx';
import { ToolFrame } from './tool-frame.tsx';
import { lineCount, lookingSubject, pathOf, shortPath, textArg, type ToolView } from './tool.ts';
import { readUnifiedDiff } from './unified-diff.ts';

interface CardProps {
  tool: ToolView;
  projectPath: string;
}

/** A change of a file, as a diff once it is made. */
export function EditCard({ tool, projectPath }: CardProps) {
  const diff = useMemo(() => (tool.diff ? readUnifiedDiff(tool.diff) : null), [tool.diff]);
  const failed = tool.state === 'failed';
  return (
    <ToolFrame
      tool={tool}
      icon="pencil"
      verb="Edit"
      subject={shortPath(pathOf(tool), projectPath)}
      facts={diff && <DiffCounts diff={diff} />}
      preview={
        <>
          {diff && !failed && (
            <div className="tool-below">
              <DiffView diff={diff} />
            </div>
          )}
          {failed && <Failure tool={tool} />}
        </>
      }
    />
  );
}

/** A whole file written: its beginning on demand. */
export function WriteCard({ tool, projectPath }: CardProps) {
  const path = pathOf(tool);
  const content = textArg(tool, 'content', 'text');
  return (
    <ToolFrame
      tool={tool}
      icon="file"
      verb="Write"
      subject={shortPath(path, projectPath)}
      facts={<span className="numbers">{lineCount(content)} lines</span>}
      preview={tool.state === 'failed' && <Failure tool={tool} />}
      renderDetails={() => (
        <div className="tool-below tool-file">
          <Code code={content} language={extensionOf(path)} finished />
        </div>
      )}
    />
  );
}

/** A file or directory looked at, or searched. */
export function LookCard({ tool, projectPath }: CardProps) {
  const reading = tool.name === 'read';
  const path = pathOf(tool);
  return (
    <ToolFrame
      tool={tool}
      icon={reading ? 'file' : tool.name === 'ls' || tool.name === 'list' ? 'folder' : 'search'}
      verb={reading ? 'Read' : tool.name === 'ls' || tool.name === 'list' ? 'List' : 'Search'}
      subject={lookingSubject(tool, projectPath)}
      facts={
        tool.state === 'done' &&
        tool.output !== '' && <span className="numbers">{lineCount(tool.output)} lines</span>
      }
      preview={tool.state === 'failed' && <Failure tool={tool} />}
      renderDetails={() => (
        <div className="tool-below tool-file">
          {reading ? (
            <Code code={tool.output} language={extensionOf(path)} finished />
          ) : (
            <Output tool={tool} text={tool.output} />
          )}
        </div>
      )}
    />
  );
}

function Failure({ tool }: { tool: ToolView }) {
  return (
    <div className="tool-below">
      <Output tool={tool} text={tool.output} wrapped />
    </div>
  );
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : name;
}
