import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take the other of graphql's two builds than Node does, and a schema belongs to one of them.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes, killed and paused: `npm run test:faults`.
    exclude: ['test/faults/**', 'node_modules/**'],
    globalSetup: ['test/support/global-setup.ts'],
    // Bounds for a hang, not expectations of speed: CI may be busy.
    testTimeout: 150_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 3,
    // Loading the gateway costs more than most files' tests: a worker loads it once. So a file leaves nothing behind.
    isolate: false,
  },
});
