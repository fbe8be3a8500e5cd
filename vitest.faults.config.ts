import { defineConfig } from 'vitest/config';
import shared from './vitest.config.js';

/** `npm run test:faults`: real processes that are killed, paused and cut off. Not part of `npm test`: it takes minutes. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['test/faults/**/*.test.ts'], exclude: [], testTimeout: 120_000 },
});
