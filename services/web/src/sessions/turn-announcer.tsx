// Tells screen readers when the agent begins and ends; never its words one by one.
import { useEffect, useRef, useState } from 'react';

export function TurnAnnouncer({ running }: { running: boolean }) {
  const [words, setWords] = useState('');
  const before = useRef(running);
  useEffect(() => {
    if (before.current === running) return;
    before.current = running;
    setWords(running ? 'The agent is working.' : 'The agent has finished.');
  }, [running]);
  return (
    <p className="visually-hidden" role="status">
      {words}
    </p>
  );
}
