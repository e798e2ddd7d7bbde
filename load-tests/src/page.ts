/** The page in headless Chromium: first character after a prompt, script time of a streamed answer, size of the code. */
import { gzipSync } from 'node:zlib';
import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { publish, type Figure } from './support/report.ts';
import { startStandalone, type Stack } from './support/stack.ts';
import { median, quantile } from './support/statistics.ts';

const PROMPTS = 15;
/** Silence of the demo model before its first word; it is told so, and adds nothing else. */
const PROVIDER_DELAY_MS = 150;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

export async function measure(): Promise<boolean> {
  const stack = await startStandalone({ SPECTRAL_DEMO_DELAY_MS: String(PROVIDER_DELAY_MS) });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: FLAGS,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(30_000);
    const scripts = noteScripts(page);
    await openSession(page, stack);
    const size = await sizeOf(scripts);
    const figures = [...(await firstCharacter(page)), await scriptTime(page), size];
    return publish({
      name: 'page',
      title: 'The page',
      method:
        `A local installation and headless Chromium on one machine. First character: ${PROMPTS} prompts to the demo model, ` +
        `from the press of Enter to the first character of the answer in the document, less the ${PROVIDER_DELAY_MS} ms the model waits by itself. ` +
        'Script time: what the browser counts as script duration while an answer of 11,000 characters of Markdown streams in 450 steps. ' +
        'Size: all JavaScript loaded from the login link through the picker to an open conversation, each file compressed with gzip.',
      figures,
    });
  } finally {
    await browser.close();
    await stack.stop();
  }
}

async function openSession(page: Page, stack: Stack): Promise<void> {
  mkdirSync(stack.workspace, { recursive: true });
  await page.goto(stack.loginLink);
  await page.getByRole('link', { name: /measured/ }).click();
  await page.getByLabel('Directory on the machine').fill(stack.workspace);
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('button', { name: 'New session', exact: true }).click();
  await field(page).waitFor();
}

function noteScripts(page: Page): Map<string, Promise<Buffer>> {
  const scripts = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    if (/\.js(\?|$)/.test(response.url()) && response.ok()) scripts.set(response.url(), response.body());
  });
  return scripts;
}

async function sizeOf(scripts: Map<string, Promise<Buffer>>): Promise<Figure> {
  const bodies = await Promise.all(scripts.values());
  const kb = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1000;
  return {
    name: 'JavaScript of login, picker and conversation, gzip',
    value: `${kb.toFixed(0)} kB`,
    goal: '< 200 kB',
    met: kb < 200,
  };
}

async function firstCharacter(page: Page): Promise<Figure[]> {
  const waits: number[] = [];
  // The first prompt also loads the model's libraries on the machine; it is a warm-up.
  for (let index = 0; index <= PROMPTS; index++) {
    const ms = await promptToFirstCharacter(page, `demo: say A short answer, number ${index}`);
    if (index > 0) waits.push(ms - PROVIDER_DELAY_MS);
    await turnEnded(page);
  }
  const value = median(waits);
  return [
    {
      name: "Prompt to first character, above the model's own delay, median",
      value: `${value.toFixed(0)} ms`,
      goal: '< 150 ms',
      met: value < 150,
    },
    { name: 'The same, 90 % of prompts within', value: `${quantile(waits, 0.9).toFixed(0)} ms` },
  ];
}

/** Runs inside the page: from the key press to the first text that an answer's block shows. */
const WATCH = `
  const answers = () => [...document.querySelectorAll('.markdown')].filter((block) => block.textContent !== '');
  const before = new Set(answers());
  window.firstCharacter = new Promise((resolve) => {
    let pressedAt;
    document.addEventListener('keydown', () => { pressedAt ??= performance.now(); }, { capture: true, once: true });
    const watcher = new MutationObserver(() => {
      if (pressedAt === undefined || answers().every((block) => before.has(block))) return;
      watcher.disconnect();
      resolve(performance.now() - pressedAt);
    });
    watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
`;

async function promptToFirstCharacter(page: Page, text: string): Promise<number> {
  await field(page).fill(text);
  await page.evaluate(`(() => {${WATCH}})()`);
  await field(page).press('Enter');
  return page.evaluate<number>('window.firstCharacter');
}

async function scriptTime(page: Page): Promise<Figure> {
  await page
    .getByRole('button', { name: /New session/ })
    .first()
    .click();
  await page.locator('.row-footer').first().waitFor({ state: 'detached' });
  await field(page).fill('demo: stream 11000 450');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await scriptSeconds(session);
  await field(page).press('Enter');
  await page.getByRole('button', { name: 'Stop (Esc)' }).waitFor();
  await turnEnded(page);
  const seconds = (await scriptSeconds(session)) - before;
  return {
    name: 'Script time of an 11 kB answer in 450 steps',
    value: `${seconds.toFixed(2)} s`,
    goal: '< 1.5 s',
    met: seconds < 1.5,
  };
}

async function scriptSeconds(session: {
  send(method: 'Performance.getMetrics'): Promise<{ metrics: { name: string; value: number }[] }>;
}): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN;
}

function field(page: Page) {
  return page.getByRole('textbox', { name: 'Prompt for the agent' });
}

/** The list shows only what is in view, so the composer tells: it offers to stop while a turn runs. */
async function turnEnded(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop (Esc)' }).waitFor({ state: 'detached' });
}
