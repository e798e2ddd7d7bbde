/** Upper bounds of histogram buckets, chosen once so that dashboards can compare services. */

/** Durations in seconds, from a forwarded frame (half a millisecond) to the longest request (a minute). */
export const SECONDS_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** Sizes in bytes, from a control frame to the largest frame. */
export const BYTES_BUCKETS = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 8_388_608] as const;
