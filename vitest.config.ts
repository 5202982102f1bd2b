import { defineConfig } from 'vitest/config';

// Unit tests lie beside their files and do no I/O; everything that crosses a process lives in test/. The groups run one
// after the other. Two files at a time wherever each has its own ports and stores: most of a file's time is waiting.
const WORKERS = 2;

/** Files that load a pod so heavily that a neighbour would fail them, or they a neighbour; they run by themselves. */
const HEAVY = ['slow-readers', 'large-bodies', 'request-slots'].map((name) => `test/integration/${name}.test.ts`);

const acrossProcesses = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/{src,scripts}/**/*.test.ts', 'infra/src/**/*.test.ts'],
          testTimeout: 10_000,
          maxWorkers: WORKERS,
          // Modules keep no state (no work at import time), so files can share them; importing was half of the time.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/contract/**/*.test.ts', 'test/integration/**/*.test.ts'],
          exclude: HEAVY,
          ...acrossProcesses,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'heavy',
          include: HEAVY,
          ...acrossProcesses,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
