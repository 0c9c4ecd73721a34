import { defineConfig } from 'vitest/config'
import { ON_POSTGRES } from './test/support/acceptance-places.ts'

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
        // Every file of the acceptance suite that opens a state in its folder, a second time with all state in PostgreSQL.
        // Which these are, and why others are not among them, is the table's to say.
        extends: true,
        test: {
          name: 'on PostgreSQL',
          include: [...ON_POSTGRES],
          setupFiles: ['test/support/commands-on-postgres.ts'],
          env: { GATEHOUSE_TEST_STATE: 'postgresql' },
        },
      },
    ],
  },
})
