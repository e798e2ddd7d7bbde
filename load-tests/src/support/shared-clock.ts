/** A clock that all processes of this host share, so that one may tell how long ago another sent something. */

/** Milliseconds since some moment, finer than a microsecond; never set back. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;
