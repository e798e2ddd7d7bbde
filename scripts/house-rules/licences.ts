// Licences of the packages in the lockfile: all must allow shipping Spectral under MIT.

/** SPDX identifiers; MPL-2.0 and OFL-1.1 (fonts) bind only their own files, which are shipped unchanged. */
const compatible = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
  'PSF-2.0',
  'Unlicense',
  'WTFPL',
  'Zlib',
]);

/** Whether an SPDX expression leaves at least one way of use that is compatible with MIT. */
export function isCompatible(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '').trim();
  return bare
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((id) => compatible.has(id.trim())));
}
