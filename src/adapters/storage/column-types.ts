import type { ColumnType } from 'kysely'

/** `int8` comes back as text, number or bigint, by driver. */
export type Int8 = ColumnType<string | number | bigint, number, number>
