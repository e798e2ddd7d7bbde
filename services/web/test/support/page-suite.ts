// What every test in a browser stands on: the built page, a fake backend, a browser; all ended after the suite.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { launchBrowser, openPage, type PageOptions } from './browser.ts';
import { startFakeBackend, type FakeBackend } from './fake-backend.ts';

const BUILD = fileURLToPath(new URL('../../../../scripts/build-page.ts', import.meta.url));
const BUILD_LIMIT_MS = 60_000;

type OpenedPage = Awaited<ReturnType<typeof openPage>>;

export interface PageSuite {
  /** Of the running test. */
  readonly backend: FakeBackend;
  /** Opens an address of the backend in a page of its own, closed after the test. */
  open(path: string, options?: PageOptions): Promise<OpenedPage>;
}

/** Call inside `describe`: a browser for the suite, a backend for each test. */
export function pageSuite(): PageSuite {
  let browser: Browser | null = null;
  let backend: FakeBackend | null = null;
  let opened: OpenedPage[] = [];

  before(async function () {
    this.timeout(BUILD_LIMIT_MS + 20_000);
    buildPage();
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    backend = await startFakeBackend();
  });
  afterEach(async () => {
    for (const { close } of opened) await close();
    opened = [];
    await backend?.close();
  });
  after(async () => {
    await browser?.close();
  });

  return {
    get backend() {
      if (!backend) throw new Error('the backend starts before each test');
      return backend;
    },
    async open(path, options) {
      if (!browser || !backend) throw new Error('pages are opened inside tests');
      const page = await openPage(browser, options);
      opened.push(page);
      await page.page.goto(backend.url + path);
      return page;
    },
  };
}

/** Builds what is not built yet; quick when nothing changed. */
function buildPage(): void {
  const { status, stderr } = spawnSync(process.execPath, [BUILD], {
    timeout: BUILD_LIMIT_MS,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the page could not be built:\n${stderr}`);
}
