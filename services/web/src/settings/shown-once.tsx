// A secret or a link that can be read only now.
import { Copyable } from '../design/copyable.tsx';
import { Notice } from '../design/notice.tsx';

export function ShownOnce({ text, what, help }: { text: string; what: string; help: string }) {
  return (
    <Notice tone="good">
      <div className="shown-once">
        <p>{help}</p>
        <Copyable text={text} what={what} />
      </div>
    </Notice>
  );
}
