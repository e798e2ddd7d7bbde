import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { PHONE } from '../support/browser.ts';
import { pageSuite } from '../support/page-suite.ts';
import { answer, endlessTurn, failingTurn } from '../support/scripts.ts';
import { stage } from '../support/showcase.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: 'Prompt for the agent' });

async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

describe('conversation', function () {
  this.timeout(60_000);
  const suite = pageSuite();

  /** An empty session, open in a page. */
  async function emptySession(options = {}) {
    const { machine } = suite.backend;
    const project = machine.addProject('/home/ada/relay');
    const session = machine.addSession(project.id);
    const opened = await suite.open(`/m/${machine.id}/s/${session.id}`, options);
    await opened.page.locator('.session-head').getByText('live', { exact: true }).waitFor();
    return { ...opened, machine, session };
  }

  it('a prompt streams its answer, then shows tokens and cost', async () => {
    const { page, machine, faults } = await emptySession();
    machine.script = () => answer('The **window** is `64` frames.');

    await send(page, 'How large is the window?');

    await page.getByText('How large is the window?').waitFor();
    await page.locator('.row-footer').waitFor();
    assert.equal(await page.locator('.markdown strong').textContent(), 'window');
    assert.match((await page.locator('.row-footer').textContent()) ?? '', /\$0\.0142/);
    assert.equal(await composer(page).inputValue(), '');
    assert.deepEqual(faults, []);
  });

  it('a reload in the middle of a turn shows all of it again and goes on', async () => {
    const { page, machine } = await emptySession();
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    machine.script = () => answer(words, 6);
    await send(page, 'Count');
    await page.getByText(/word3/).waitFor();

    await page.reload();

    await page.locator('.row-footer').waitFor();
    assert.equal((await page.locator('.markdown').last().textContent())?.trim(), words);
    assert.equal(await page.locator('.row-prompt').count(), 1);
  });

  it('a cut link loses nothing: what was shown stays, the rest follows', async () => {
    const { page, machine } = await emptySession();
    const words = Array.from({ length: 80 }, (_, index) => `word${index}`).join(' ');
    machine.script = () => answer(words, 6);
    await send(page, 'Count');
    await page.getByText(/word5/).waitFor();

    suite.backend.relay.cut();

    await page.locator('.row-footer').waitFor({ timeout: 15_000 });
    assert.equal((await page.locator('.markdown').last().textContent())?.trim(), words);
  });

  it('a longer break says so, with nothing to reload, and comes back by itself', async () => {
    const { page, machine } = await emptySession();
    await send(page, 'Hello');
    await page.locator('.row-footer').waitFor();

    suite.backend.relay.refuse = true;
    suite.backend.relay.cut();

    await page
      .locator('.session-head')
      .getByText(/reconnecting/)
      .waitFor();
    assert.ok(await page.getByText('All good').isVisible());
    suite.backend.relay.refuse = false;
    await page.locator('.session-head').getByText('live', { exact: true }).waitFor({ timeout: 15_000 });
    machine.script = () => answer('Back again.');
    await send(page, 'And now?');
    await page.getByText('Back again.').waitFor();
  });

  it('while a turn runs a prompt is queued, and can be taken back into the field', async () => {
    const { page, machine } = await emptySession();
    machine.script = () => endlessTurn;
    await send(page, 'Run the tests');
    await page.locator('.tool-spinner').waitFor();

    await send(page, 'Then commit');
    await page.locator('.queue li').waitFor();
    await page.getByRole('button', { name: 'Take this prompt back' }).click();

    await page.locator('.queue li').waitFor({ state: 'detached' });
    assert.equal(await composer(page).inputValue(), 'Then commit');
  });

  it('Ctrl+Enter steers, Escape stops', async () => {
    const { page, machine } = await emptySession();
    machine.script = () => endlessTurn;
    await send(page, 'Run the tests');
    await page.locator('.tool-spinner').waitFor();

    await composer(page).fill('Only the fast ones');
    await composer(page).press('Control+Enter');
    await page.getByText('steered').waitFor();
    await composer(page).press('Escape');

    await page.getByText('Stopped', { exact: true }).waitFor();
    const prompts = machine.requests
      .filter(({ path }) => path.endsWith('/prompts'))
      .map(({ body }) => body as { mode: string });
    assert.deepEqual(
      prompts.map(({ mode }) => mode),
      ['queue', 'steer'],
    );
  });

  it('a failed turn tells what happened and what to do', async () => {
    const { page, machine } = await emptySession();
    machine.script = () => failingTurn;

    await send(page, 'Go');

    const notice = page.locator('.row-error');
    await notice.waitFor();
    assert.match((await notice.textContent()) ?? '', /too large for the model.*Compact the session/s);
  });

  it('on an offline machine the draft is kept, also over a reload', async () => {
    const { page } = await emptySession();
    suite.backend.setOnline(false);
    await page.getByText(/staging-01 is offline/).waitFor();

    await composer(page).fill('Do this later');
    await composer(page).press('Enter');
    await page.reload();
    await page
      .getByText(/staging-01 is offline/)
      .first()
      .waitFor();
    assert.equal(await composer(page).inputValue(), 'Do this later');

    suite.backend.setOnline(true);
    await page.locator('.composer-offline').waitFor({ state: 'detached' });
    await composer(page).press('Enter');
    await page.locator('.row-footer').waitFor();
  });

  it('a prompt that the machine refused comes back to the field', async () => {
    const { page, machine } = await emptySession();
    const { online } = suite.backend.relay;
    // Offline for requests only: the page has not heard of it yet.
    online.delete(machine.id);

    await send(page, 'Precious words');

    await page.getByRole('alert').waitFor();
    assert.equal(await composer(page).inputValue(), 'Precious words');
    assert.equal(await page.locator('.row-prompt').count(), 0);
  });

  it('Shift+Enter makes a new line, and a composing Enter sends nothing', async () => {
    const { page, machine } = await emptySession();
    await composer(page).fill('one');
    await composer(page).press('Shift+Enter');
    await composer(page).pressSequentially('two');
    await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true });

    assert.equal(await composer(page).inputValue(), 'one\ntwo');
    assert.ok(!machine.requests.some(({ path }) => path.endsWith('/prompts')));
  });

  it('a pasted picture is shrunk, sent, shown and enlarged', async () => {
    const { page, machine } = await emptySession();
    await page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 1500 });
      canvas.getContext('2d')?.fillRect(0, 0, 3000, 1500);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
      const data = new DataTransfer();
      data.items.add(new File([blob ?? new Blob()], 'shot.png', { type: 'image/png' }));
      document
        .querySelector('textarea')
        ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    });
    await page.getByRole('button', { name: 'Remove image 1' }).waitFor();

    await send(page, 'What is this?');

    await page.getByRole('button', { name: 'Enlarge image' }).click();
    await page.getByRole('dialog').locator('canvas').waitFor();
    const sent = machine.requests.find(({ path }) => path.endsWith('/prompts'))?.body as {
      images: { mimeType: string; data: string }[];
    };
    assert.equal(sent.images[0]?.mimeType, 'image/jpeg');
    const width = await page
      .locator('dialog canvas')
      .evaluate((canvas) => (canvas as HTMLCanvasElement).width);
    assert.equal(width, 1568);
  });

  it('a model’s answer cannot put markup or a script into the page', async () => {
    const { page, machine, faults } = await emptySession();
    const evil = [
      '<script>window.broken = 1</script>',
      '<img src=x onerror="window.broken = 2">',
      '[click](javascript:window.broken=3) ![pic](javascript:window.broken=4)',
      '[ok](https://example.com/ok)',
      '<a href="javascript:window.broken=5">raw</a>',
      '`<b>code</b>`',
    ].join('\n\n');
    machine.script = () => answer(evil, 5);

    await send(page, 'Attack');

    await page.locator('.row-footer').waitFor();
    const answerView = page.locator('.row-text');
    assert.equal(await answerView.locator('script, img, iframe').count(), 0);
    const links = await answerView
      .locator('a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    assert.deepEqual(links, ['https://example.com/ok']);
    assert.match((await answerView.textContent()) ?? '', /<script>window\.broken = 1<\/script>/);
    assert.equal(await page.evaluate(() => 'broken' in window), false);
    assert.deepEqual(faults, []);
  });

  it('every kind of row is readable: tools, diffs, groups, seams', async () => {
    const { machine } = suite.backend;
    const { sessionId } = stage(machine);
    const { page } = await suite.open(`/m/${machine.id}/s/${sessionId}`);
    await page.locator('.row-footer').waitFor();
    await page.locator('.conversation-scroll').evaluate((list) => list.scrollTo(0, 0));

    await page.getByRole('button', { name: /Read 2 files, 1 search/ }).click();
    await page.getByText('bufferedAmount in src').waitFor();
    assert.equal(await page.locator('.diff-counts').first().textContent(), '+11−2');
    await page.getByRole('button', { name: /more lines/ }).click();
    await page.getByText("stop(reason: 'gap'): void;").waitFor();
    await page.getByText('AssertionError: expected 64 frames').waitFor();
  });

  it('the list stays where the person scrolled to, and offers the way to the end', async () => {
    const { page, machine } = await emptySession();
    machine.script = () =>
      answer(Array.from({ length: 400 }, (_, index) => `Line ${index}.`).join('\n\n'), 16);
    await send(page, 'Long answer');
    await page.getByText('Line 40.').waitFor();
    const list = page.locator('.conversation-scroll');

    await list.hover();
    await page.mouse.wheel(0, -2_000);
    await page.getByRole('button', { name: 'New', exact: true }).waitFor();
    const top = await list.evaluate((element) => element.scrollTop);
    await page.locator('.band-running').waitFor({ state: 'detached' });
    assert.ok(
      Math.abs((await list.evaluate((element) => element.scrollTop)) - top) < 4,
      'the list moved under the reader',
    );

    await page.locator('.to-end').click();
    await page.locator('.row-footer').waitFor();
  });

  it('loop mode goes with the prompt and is off again afterwards', async () => {
    const { page, machine } = await emptySession();
    await page.getByTitle('Loop mode').click();
    await page.getByLabel('Goal').fill('All tests pass');
    await page.getByLabel('At most').fill('5');
    await page.keyboard.press('Escape');

    await send(page, 'Fix the tests');
    await page.locator('.row-footer').waitFor();
    await send(page, 'Thanks');

    const bodies = machine.requests
      .filter(({ path }) => path.endsWith('/prompts'))
      .map(({ body }) => body as Record<string, unknown>);
    assert.deepEqual(
      [bodies[0]?.loop, bodies[0]?.loopGoal, bodies[0]?.loopMaxIterations],
      [true, 'All tests pass', 5],
    );
    assert.equal(bodies[1]?.loop, undefined);
  });

  it('on a phone one goes from the lists to the session and back', async () => {
    const { machine } = suite.backend;
    const { sessionId } = stage(machine);
    const { page } = await suite.open(`/m/${machine.id}`, { viewport: PHONE });

    await page.getByRole('link', { name: /Bound the per-reader window/ }).click();
    await composer(page).waitFor();
    assert.equal(await page.locator('.rail').isVisible(), false);
    assert.ok(page.url().endsWith(sessionId));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);

    await page.getByRole('link', { name: 'Back to projects and sessions' }).click();
    await page.locator('.rail').waitFor();
  });
});
