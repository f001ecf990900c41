import { defineConfig } from 'vitest/config';

const inTheLab = { testTimeout: 900_000, hookTimeout: 1_800_000 };

/** The lab itself, and what it changes on the machine: one file after the other. */
const labAlone = ['test/e2e/lab-*.test.ts'];

/** What is asked of a cluster ten times a second needs the whole machine. */
const clusterAlone = ['test/e2e/ha.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        // Many of them wait for programs: one for each processor, where Vitest would leave one processor alone.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          maxWorkers: '100%',
          testTimeout: 60_000,
        },
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
          exclude: [...labAlone, ...clusterAlone],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...inTheLab,
        },
      },
      {
        test: {
          name: 'e2e-ha',
          include: clusterAlone,
          sequence: { groupOrder: 3 },
          ...inTheLab,
        },
      },
    ],
  },
});
