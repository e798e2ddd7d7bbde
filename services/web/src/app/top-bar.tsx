// The bar of pages outside a machine: the mark leads home, the person's menu is on the right.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Wordmark } from '../design/logo.tsx';
import { AccountMenu } from './account-menu.tsx';
import './app.css';

export function TopBar({ children }: { children?: ReactNode }) {
  return (
    <header className="top-bar">
      <Link href="/" className="home-link" aria-label="Spectral: your machines">
        <Wordmark />
      </Link>
      <div className="top-bar-middle">{children}</div>
      <AccountMenu />
    </header>
  );
}
