/** Names of calls to `/v1`. Letters only: agents search error texts for digits such as 429 or 500 and act on them. */

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LENGTH = 24;

/** A new id such as `reqkvhzqyyqbwmsdpafgtlnuxoe`. `random` fills bytes; 24 letters carry 112 bits. */
export function newRequestId(random: (length: number) => Uint8Array): string {
  // 256 is no multiple of 26: the first 22 letters come up slightly more often, which an id can bear.
  return `req${Array.from(random(LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('')}`;
}
