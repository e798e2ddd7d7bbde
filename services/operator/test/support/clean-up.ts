/** What a test started is ended after it, newest first, whether it passed or not. */
const ends: (() => unknown)[] = [];

/** Registers the end of something a starter made. */
export function afterTest(end: () => unknown): void {
  ends.push(end);
}

/** Mocha's root hooks would reach other suites too; each file that starts things calls this in its outer describe. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
}
