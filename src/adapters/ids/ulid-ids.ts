import { ulid } from 'ulid'

/** Makes record ids that sort by time. */
export type NewId = () => string

export const ulidIds: NewId = () => ulid()
