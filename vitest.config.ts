import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
    globalSetup: ['test/support/postgres-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'gatehouse',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/*.test.ts'],
          exclude: ['test/soak/**', '**/node_modules/**'],
        },
      },
      {
        // The acceptance suite a second time, with all state in PostgreSQL (test/support/state-place.ts).
        extends: true,
        test: {
          name: 'on PostgreSQL',
          include: ['test/acceptance/{api,governance,gateway*}.test.ts'],
          env: { GATEHOUSE_TEST_STATE: 'postgresql' },
        },
      },
      {
        // The same for files that open their state by commands. Not here: cli (it damages a journal file, and its other
        // commands are those of these files), cli-serve (lock and kill of one folder's owner); access, api-repeats,
        // identity, machine-credentials and sign-in use PostgreSQL in the first run already; the others open no state.
        extends: true,
        test: {
          name: 'commands on PostgreSQL',
          include: ['test/acceptance/{cli,controls,evidence-*,policy-sentence,redteam-gate}.test.ts'],
          setupFiles: ['test/support/commands-on-postgres.ts'],
          env: { GATEHOUSE_TEST_STATE: 'postgresql' },
        },
      },
    ],
  },
})
