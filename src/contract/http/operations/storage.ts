import { z } from 'zod'
import { operation } from '../operation.ts'

/** How the state lies. */
export const STORAGE_OPERATIONS = {
  getStorage: operation({
    method: 'GET',
    path: '/storage',
    summary:
      'Where the state lies, its schema, sizes and row-level security, and how far records are behind the ledger',
    access: 'admin',
    input: z.object({}),
    output: z.object({
      place: z.enum(['embedded', 'postgresql']),
      where: z.string(),
      schemaVersion: z.string().nullable(),
      pendingMigrations: z.array(z.string()),
      entries: z.int(),
      projected: z.int(),
      lag: z.int(),
      rowSecurity: z.object({ isOn: z.boolean(), openTables: z.array(z.string()) }),
      journalBytes: z.int().nullable(),
      databaseBytes: z.int().nullable(),
      tables: z.array(z.object({ name: z.string(), bytes: z.int(), rows: z.int() })),
    }),
  }),
} as const
