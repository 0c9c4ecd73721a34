import { join } from 'node:path'
import { MigrationFailure, SchemaNewer } from '../../adapters/storage/migrations.ts'
import { EmbeddedUnopened, EmbeddedUnusable } from '../../adapters/storage/open-pglite.ts'
import {
  NOT_PERMITTED,
  PostgresTooOld,
  RoleRefused,
  RowSecurityBypassed,
} from '../../adapters/storage/open-postgres.ts'
import type { Problem } from '../../base/result.ts'

/** The connection string may hold a password: of a driver's error only the server's code is repeated. */
export function databaseProblem(error: unknown): Problem {
  if (error instanceof SchemaNewer) return schemaNewer(error)
  if (error instanceof RowSecurityBypassed)
    return {
      code: 'state/row-security',
      message: `the database is not used: ${error.message}`,
      next: 'give GATEHOUSE_DATABASE_OWNER_URL the role that owns the tables, and GATEHOUSE_DATABASE_URL another one',
    }
  if (error instanceof PostgresTooOld)
    return { code: 'state/database-version', message: error.message, next: 'use PostgreSQL 15 or newer' }
  if (error instanceof RoleRefused)
    return {
      code: 'state/database',
      message: `the database of \`GATEHOUSE_DATABASE_URL\` cannot be used: ${error.message}`,
      next: 'have the owner of the tables run, for the login of that URL: grant gatehouse_app to LOGIN',
    }
  const cause = error instanceof MigrationFailure ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
  const message =
    error instanceof MigrationFailure
      ? `${error.message} (${code}); the database is as it was`
      : `the database of \`GATEHOUSE_DATABASE_URL\` cannot be used (${code})`
  return {
    code: 'state/database',
    message,
    next:
      code === NOT_PERMITTED
        ? 'let the owner create roles, or have an administrator run: create role gatehouse_app nologin; grant gatehouse_app to OWNER'
        : 'check that PostgreSQL 15 or newer runs there and lets this user create tables',
  }
}

/** What keeps the embedded database closed; undefined for a fault of the disk, which says more itself, and for bugs. */
export function embeddedProblem(stateFolder: string, error: unknown): Problem | undefined {
  if (error instanceof SchemaNewer) return schemaNewer(error)
  const code = 'state/database'
  if (error instanceof MigrationFailure)
    return {
      code,
      message: `${error.message}; the database is as it was`,
      next: 'use the version before this one, and report it',
    }
  if (error instanceof EmbeddedUnopened)
    return {
      code,
      message: `the embedded database cannot be opened, and nothing says that it is damaged (${error.message})`,
      next: 'free memory, then run it again; nothing was changed',
    }
  if (error instanceof EmbeddedUnusable)
    return {
      code,
      message: `the embedded database does not work: ${error.message}`,
      next: `run it again; if that does not help, move \`${join(stateFolder, 'db')}\` away: records are read from the journal again, jobs and sessions are lost`,
    }
  return undefined
}

function schemaNewer({ message }: SchemaNewer): Problem {
  return {
    code: 'state/schema-newer',
    message,
    next: 'use the version of Gatehouse that migrated it, or a newer one; nothing was changed',
  }
}
