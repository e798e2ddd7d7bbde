/** A session of 2,000 messages in the page: how long it takes to show, and how smoothly it scrolls. */
import { machineCalls, type MachineCalls } from '@spectral/proto/client';
import { chromium, type Page } from 'playwright-core';
import { signIn } from './support/person.ts';
import { publish } from './support/report.ts';
import { startStandalone } from './support/stack.ts';
import { quantile } from './support/statistics.ts';
import { openTab, type Tab } from './support/tab.ts';
import { waitFor } from './support/wait.ts';

const TURNS = 1_000;
const SCROLL_STEPS = 300;
const STEP_PIXELS = 400;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

export async function measure(): Promise<boolean> {
  const stack = await startStandalone({ SPECTRAL_DEMO_DELAY_MS: '0', SPECTRAL_DEMO_PIECE_MS: '0' });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: FLAGS,
  });
  try {
    const person = await signIn(stack.url, stack.loginLink);
    const { id: machineId } = await person.onlineMachine();
    const client = person.connect(machineId);
    const calls = machineCalls(client);
    const project = await calls.createProject({ path: stack.workspace });
    const { id } = await calls.createSession(project.id, { title: 'Long', modelId: 'spectral-demo' });
    const tab = openTab(client, id);
    await talk(calls, tab, id);
    tab.close();

    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name = '', value = ''] = person.cookie.split('=');
    await context.addCookies([{ name, value, url: stack.url }]);
    const page = await context.newPage();
    const shownMs = await shown(page, `${stack.url}/m/${machineId}/s/${id}`);
    const frames = await scroll(page);
    const p90 = quantile(frames, 0.9);
    return publish({
      name: 'long-session',
      title: 'A long session in the page',
      method: `A session of ${TURNS} prompts and as many answers of the demo model. Shown: from the request of the page to the last answer in view, nothing cached. Then ${SCROLL_STEPS} steps of ${STEP_PIXELS} pixels upward, one a frame, without a graphics card; times between frames.`,
      figures: [
        { name: 'Shown at its end after', value: `${shownMs.toFixed(0)} ms` },
        {
          name: 'Frames while scrolling, 90 % within',
          value: `${p90.toFixed(0)} ms`,
          goal: '< 34 ms',
          met: p90 < 34,
        },
        { name: 'Longest frame', value: `${Math.max(...frames).toFixed(0)} ms` },
        { name: 'Rows in the document', value: String(await page.locator('.row').count()) },
      ],
    });
  } finally {
    await browser.close();
    await stack.stop();
  }
}

/** Prompts wait in the machine's queue, so that turns follow each other without a way between. */
async function talk(calls: MachineCalls, tab: Tab, sessionId: string): Promise<void> {
  for (let turn = 1; turn <= TURNS; turn++) {
    await calls.prompt(sessionId, {
      content: `demo: say Answer ${turn}. ${'A few more words. '.repeat(turn % 12)}`,
    });
    if (turn % 20 > 0) continue;
    await waitFor(`turn ${turn}`, 60_000, () => tab.turnsEnded >= turn);
    if (turn % 200 === 0) process.stderr.write(`${turn} of ${TURNS} turns\n`);
  }
}

async function shown(page: Page, address: string): Promise<number> {
  const began = performance.now();
  await page.goto(address);
  await page.getByText(`Answer ${TURNS}.`).last().waitFor();
  return performance.now() - began;
}

/** Runs inside the page; resolves with the milliseconds between frames. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    const list = document.querySelector('.conversation-scroll');
    const times = [];
    let last = performance.now();
    for (let step = 0; step < ${SCROLL_STEPS}; step++) {
      list.scrollTop -= ${STEP_PIXELS};
      await new Promise((resolve) => requestAnimationFrame(resolve));
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times;
  })()`);
}
