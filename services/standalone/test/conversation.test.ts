/** The main job in a real browser, on the whole product: link, project, a conversation with tools, a reload, the end. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import {
  conversationText,
  launchBrowser,
  newPerson,
  openFirstSession,
  promptField,
  send,
  turnEnded,
  type PersonAtPage,
} from './support/person-at-page.ts';
import {
  startStandaloneProcess,
  temporaryPlace,
  type Place,
  type StandaloneProcess,
} from './support/standalone-process.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

describe('a person drives the agent on a machine from a browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let place: Place;
  let standalone: StandaloneProcess;
  let person: PersonAtPage;

  before(async () => (browser = await launchBrowser()));
  after(() => browser.close());
  beforeEach(async () => {
    place = temporaryPlace();
    mkdirSync(place.at('orchard'));
    writeFileSync(place.at('orchard/README.md'), '# Orchard\n\nA project for a test.\n');
    standalone = await startStandaloneProcess({ SPECTRAL_DATA_DIR: place.at('data') });
    person = await newPerson(browser);
  });
  afterEach(async () => {
    await person.close();
    await standalone.stop('SIGTERM');
    place.remove();
  });

  it('a conversation with tools streams, survives a reload mid-turn and shows its cost; Ctrl-C leaves nothing', async () => {
    const { page } = person;
    await openFirstSession(page, standalone.loginLink, place.at('orchard'));

    await send(page, 'What is in this project?');
    await page.getByText('Demo model').first().waitFor();
    await page.reload();
    const footer = await turnEnded(page);

    assert.match(footer, /\d+ out/);
    assert.match(footer, /\$/);
    const text = await conversationText(page);
    assert.match(text, /What is in this project\?/);
    assert.match(text, /Run\s+ls/);
    assert.match(text, /Write\s+SPECTRAL_DEMO\.md/);
    assert.match(text, /What happened/);
    assert.match(readFileSync(place.at('orchard/SPECTRAL_DEMO.md'), 'utf8'), /Demo|demo/);
    assert.deepEqual(person.faults, []);

    await person.page.close();
    const { code, elapsedMs } = await standalone.stop('SIGINT');
    assert.equal(code, 0, standalone.output());
    assert.ok(elapsedMs < 6_000, `took ${elapsedMs} ms`);
    assert.equal(existsSync(`/proc/${standalone.machinePid}`), false);
  });

  it('two tabs show the same conversation while it streams, and the same text at its end', async () => {
    const { page } = person;
    const address = await openFirstSession(page, standalone.loginLink, place.at('orchard'));
    const second = await person.newTab();
    await second.goto(address);
    await promptField(second).waitFor();

    await send(page, 'demo: stream 2000 100');
    await Promise.all([turnEnded(page), turnEnded(second)]);

    assert.equal(await conversationText(second), await conversationText(page));
  });

  it('stop ends the turn within a second, and the next prompt works', async () => {
    const { page } = person;
    await openFirstSession(page, standalone.loginLink, place.at('orchard'));
    await send(page, 'demo: slow 200');
    await page
      .getByText(/Demo model/)
      .first()
      .waitFor();

    const began = performance.now();
    await page.getByRole('button', { name: 'Stop (Esc)' }).click();
    await page
      .getByText(/stopped|cancelled/i)
      .first()
      .waitFor();
    const elapsedMs = performance.now() - began;

    assert.ok(elapsedMs < 1_000, `took ${elapsedMs} ms`);
    await send(page, 'demo: say The next prompt works');
    await page.getByText('The next prompt works').last().waitFor();
  });

  it('an upstream that fails twice is tried again, and the answer stands once', async () => {
    const { page } = person;
    await openFirstSession(page, standalone.loginLink, place.at('orchard'));

    await send(page, 'demo: fail 529 1');
    await turnEnded(page);

    assert.match(await conversationText(page), /again|retr/i);
  });

  it('a project directory that is not there is refused with words', async () => {
    const { page } = person;
    await page.goto(standalone.loginLink);
    await page.getByRole('link', { name: /workstation/ }).click();

    await page.getByLabel('Directory on the machine').fill(place.at('nowhere'));
    await page.getByRole('button', { name: 'Create project' }).click();

    assert.match((await page.getByRole('alert').first().textContent()) ?? '', /nowhere/);
  });

  it('the session is there after a restart, and goes on where it was', async () => {
    const { page } = person;
    const address = await openFirstSession(page, standalone.loginLink, place.at('orchard'));
    await send(page, 'demo: say Before the restart');
    await turnEnded(page);
    await standalone.stop('SIGINT');

    const { port, pathname } = new URL(address);
    standalone = await startStandaloneProcess({ SPECTRAL_DATA_DIR: place.at('data'), SPECTRAL_PORT: port });
    await page.goto(`${standalone.url}${pathname}`);
    await page.getByText('Before the restart').first().waitFor();
    await send(page, 'demo: say After the restart');
    await turnEnded(page, 2);

    const text = await conversationText(page);
    assert.match(text, /Before the restart[\s\S]*After the restart/);
  });

  it('the pictures of the documents are made', async () => {
    // Kept out of the tree of a test run: they are taken only where somebody asks for them.
    const directory = process.env['SPECTRAL_PICTURES'] === '1' ? IMAGES : `${place.path}/pictures/`;
    mkdirSync(directory, { recursive: true });
    const { page } = person;
    const address = await openFirstSession(page, standalone.loginLink, place.at('orchard'));
    await send(page, 'What is in this project? Please leave a note for the next reader.');
    await turnEnded(page);
    await page.screenshot({ path: `${directory}conversation.png` });
    await takeOthers(page, address, directory);

    assert.ok(existsSync(`${directory}conversation.png`));
    assert.ok(existsSync(`${directory}conversation-phone.png`));
    if (directory !== IMAGES) rmSync(directory, { recursive: true });
  });

  async function takeOthers(page: Page, address: string, directory: string): Promise<void> {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${directory}conversation-dark.png` });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(address);
    await turnEnded(page);
    await page.screenshot({ path: `${directory}conversation-phone.png` });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(standalone.url);
    await page.getByRole('link', { name: /workstation/ }).waitFor();
    await page.screenshot({ path: `${directory}machines.png` });
  }
});
