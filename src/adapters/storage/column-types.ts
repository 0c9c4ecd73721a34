import type { ColumnType } from 'kysely'

/** `int8` comes back as text, number or bigint, by driver. */
export type Int8 = ColumnType<string | number | bigint, number, number>

/** The same where the database fills in what is not given. */
export type GeneratedInt8 = ColumnType<string | number | bigint, number | undefined, number>
