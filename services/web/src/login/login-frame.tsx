// The frame of pages before login: a spectrum, the name, one box.
import type { ReactNode } from 'react';
import { Wordmark } from '../design/logo.tsx';
import { Spectrum } from './spectrum.tsx';
import './login.css';

export function LoginFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="login">
      <Spectrum />
      <main id="main" className="login-box">
        <Wordmark size={26} />
        <h1>{title}</h1>
        {children}
      </main>
      <footer className="login-foot">The always-on coding agent, on every machine you own.</footer>
    </div>
  );
}
