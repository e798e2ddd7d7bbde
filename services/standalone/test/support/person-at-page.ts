/** A person in headless Chromium, doing the main job. */
import { chromium, type Browser, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface PersonAtPage {
  readonly page: Page;
  /** What a person would see in the console: there should be nothing. */
  readonly faults: readonly string[];
  /** A further tab of the same login. */
  newTab(): Promise<Page>;
  close(): Promise<void>;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface PersonOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

/** A browser profile of its own. */
export async function newPerson(browser: Browser, options: PersonOptions = {}): Promise<PersonAtPage> {
  const { width = 1440, height = 900, scheme = 'light' } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  context.setDefaultTimeout(20_000);
  const faults: string[] = [];
  const newTab = async () => {
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // The first question of a page that is not signed in is answered with 401; that is how it learns.
      if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
    });
    return page;
  };
  return { page: await newTab(), faults, newTab, close: () => context.close() };
}

/** From the login link to an empty session in a new project; resolves with the session's address. */
export async function openFirstSession(page: Page, loginLink: string, directory: string): Promise<string> {
  await page.goto(loginLink);
  await page.getByRole('link', { name: /workstation/ }).click();
  await page.getByLabel('Directory on the machine').fill(directory);
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('button', { name: 'New session', exact: true }).click();
  await promptField(page).waitFor();
  return page.url();
}

export function promptField(page: Page) {
  return page.getByRole('textbox', { name: 'Prompt for the agent' });
}

export async function send(page: Page, text: string): Promise<void> {
  await promptField(page).fill(text);
  await promptField(page).press('Enter');
}

/** Waits until the turn shown last has ended; its footer carries tokens and cost. */
export async function turnEnded(page: Page, turns = 1): Promise<string> {
  const footer = page.locator('.row-footer').nth(turns - 1);
  await footer.waitFor({ timeout: 40_000 });
  return (await footer.textContent()) ?? '';
}

/** What the conversation says, as text. */
export function conversationText(page: Page): Promise<string> {
  return page.locator('.conversation').innerText();
}
