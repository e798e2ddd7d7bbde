// Three steps to a machine, which tick themselves off as it appears.
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useServices } from '../app/services.ts';
import { useStore } from '../data/store.ts';
import { Copyable } from '../design/copyable.tsx';
import { Icon } from '../design/icon.tsx';

/** `known`: how many machines there are already; a further one completes the list. */
export function FirstMachine({ known = 0 }: { known?: number }) {
  const { machines } = useServices();
  const [before] = useState(known);
  const now = useStore(machines).machines ?? [];
  const registered = now.length > before;
  const online = registered && now.slice(-1).some((machine) => machine.online);
  const { origin } = window.location;
  return (
    <section
      className={known === 0 ? 'first-machine' : 'first-machine first-machine-inline'}
      aria-label="Add a machine"
    >
      {known === 0 && (
        <>
          <h1>Connect your first machine</h1>
          <p className="first-machine-lead">
            Run these on any machine you want to code on. It dials out to this server; nothing has to be
            opened to it.
          </p>
        </>
      )}
      <ol>
        <Step number={1} done={registered} title="Install the command">
          <Copyable text="npm ci && npm link --workspace agent" what="command" />
          <p>In a checkout of Spectral on that machine; it needs Node 22.19 or newer.</p>
        </Step>
        <Step number={2} done={registered} title="Log in with a team key">
          <Copyable text={`SPECTRAL_MCP_URL=${origin}/mcp spectral login`} what="command" />
          <p>
            It asks for a key: make one in{' '}
            <Link href="/settings/keys" className="text-link">
              Settings → Team keys
            </Link>
            . For a machine of your own: <code className="mono">spectral login --oauth</code>.
          </p>
        </Step>
        <Step number={3} done={online} title="Keep it running">
          <Copyable text="spectral serve" what="command" />
          <p role="status">{online ? 'Connected.' : 'The machine appears here the moment it connects.'}</p>
        </Step>
      </ol>
    </section>
  );
}

function Step({
  number,
  done,
  title,
  children,
}: {
  number: number;
  done: boolean;
  title: string;
  children: ReactNode;
}) {
  return (
    <li className={done ? 'step step-done' : 'step'}>
      <span className="step-mark numbers">{done ? <Icon name="check" size={15} /> : number}</span>
      <div>
        <h2>
          {title}
          {done && <span className="visually-hidden"> (done)</span>}
        </h2>
        {children}
      </div>
    </li>
  );
}
