import { defineConfig } from 'vitest/config';

const inTheLab = { testTimeout: 900_000, hookTimeout: 1_800_000 };

/** The lab itself, and what it changes on the machine: one file after the other. */
const labAlone = ['test/e2e/lab-*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'e2e-lab',
          include: labAlone,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...inTheLab,
        },
      },
      {
        // Clusters wait more than they compute: two at a time, each in a lab of its own.
        test: {
          name: 'e2e-clusters',
          include: ['test/e2e/*.test.ts'],
          exclude: labAlone,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...inTheLab,
        },
      },
    ],
  },
});
