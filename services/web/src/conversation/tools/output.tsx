// What a tool gave back, as plain text.
import type { ToolView } from './tool.ts';

/** `text` may be a part of the output; what was left out at the machine is said. */
export function Output({ tool, text, wrapped = false }: { tool: ToolView; text: string; wrapped?: boolean }) {
  if (text.trim() === '')
    return tool.state === 'running' ? null : <p className="tool-note tool-note-empty">No output.</p>;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={wrapped ? 'tool-output tool-output-wrapped' : 'tool-output'} tabIndex={0}>
        {text.trimEnd()}
      </pre>
      {tool.omitted > 0 && (
        <p className="tool-note numbers">
          {tool.omitted.toLocaleString('en')} characters were left out at the machine.
        </p>
      )}
    </>
  );
}
