// Headless Chromium for the tests of the page.
import { chromium, type Browser, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });
}

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly scheme?: 'light' | 'dark';
  /** Lets axe in, which the page's own CSP would not. */
  readonly bypassCSP?: boolean;
}

/** A page of its own; `faults` gathers what a person would see in the console. */
export async function openPage(
  browser: Browser,
  { viewport = WIDE, scheme = 'light', bypassCSP = false }: PageOptions = {},
): Promise<{ page: Page; faults: string[]; close: () => Promise<void> }> {
  const context = await browser.newContext({
    viewport,
    colorScheme: scheme,
    bypassCSP,
    deviceScaleFactor: viewport.width < 500 ? 2 : 1,
    hasTouch: viewport.width < 500,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A refused answer (401 at first sight) is part of the flows.
    if (message.type() === 'error' && !message.text().includes('status of 4')) faults.push(message.text());
  });
  return { page, faults, close: () => context.close() };
}
