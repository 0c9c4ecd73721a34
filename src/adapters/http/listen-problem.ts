import type { Problem } from '../../base/result.ts'
import { errnoOf } from '../files/errno.ts'

export interface ListenedAt {
  readonly host: string
  readonly port: number
  /** Codes of the two problems. */
  readonly codes: { readonly taken: string; readonly refused: string }
  /** How another port, and another address, are named. */
  readonly names: { readonly port: string; readonly host: string }
}

/** Why the system does not let a server listen where it was told to; undefined when the error says nothing of that. */
export function listenProblem(error: unknown, { host, port, codes, names }: ListenedAt): Problem | undefined {
  const errno = errnoOf(error)
  if (errno === undefined) return undefined
  if (errno === 'EADDRINUSE')
    return {
      code: codes.taken,
      message: `port ${port} on ${host} is taken`,
      next: `stop what listens there, or choose another with ${names.port}`,
    }
  const message = `cannot listen on port ${port} of \`${host}\` (${errno})`
  return errno === 'EACCES'
    ? { code: codes.refused, message, next: `choose a port above 1023 with ${names.port}` }
    : { code: codes.refused, message, next: `name an address of this machine with ${names.host}` }
}
