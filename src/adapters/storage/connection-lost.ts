/** PostgreSQL: connection exceptions, operator intervention (a server that ends or starts), a session ended while idle, too many clients. */
const SERVER_SAYS = /^(?:08...|57P..|25P03|53300)$/
/** The socket: refused, reset, no way there. */
const SOCKET_SAYS = /^(?:ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
/** The driver and its pool give these no code. */
const DRIVER_SAYS =
  /^(?:Connection terminated\b|Client (?:has encountered a connection error|was closed)|timeout (?:expired|exceeded when trying to connect))/

/** Whether a query failed with its connection to PostgreSQL and not by what it asked: nobody's bug, and it may be asked again. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // The work lost its connection, and then so did what was to end it.
  if (error instanceof SuppressedError) return isConnectionLost(error.suppressed) && isConnectionLost(error.error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return SERVER_SAYS.test(code) || SOCKET_SAYS.test(code) || DRIVER_SAYS.test(error.message)
}
