/** How a state lies and whether its parts agree. */
export interface StorageReport {
  readonly place: 'embedded' | 'postgresql'
  /** Folder, or database and schema; never a credential. */
  readonly where: string
  /** Newest migration that the database has had; null before the first. */
  readonly schemaVersion: string | null
  readonly pendingMigrations: readonly string[]
  /** Entries of the ledger, and how many of them the records show. */
  readonly entries: number
  readonly projected: number
  readonly lag: number
  readonly rowSecurity: {
    readonly isOn: boolean
    /** Tables with rows of organizations that are not closed. */
    readonly openTables: readonly string[]
  }
  /** Null where the ledger is no file. */
  readonly journalBytes: number | null
  /** Null, and no tables, where other organizations share the database and the caller speaks for one of them. */
  readonly databaseBytes: number | null
  readonly tables: readonly { readonly name: string; readonly bytes: number; readonly rows: number }[]
}
