/** Codes whose status does not follow from their second half. */
const STATUS: Readonly<Record<string, number>> = {
  'http/bad-request': 400,
  'http/invalid-input': 400,
  'http/no-version': 400,
  'http/idempotency-key': 400,
  'record/too-long': 400,
  'http/unauthenticated': 401,
  'http/login-link': 401,
  'http/sign-in': 401,
  'http/forbidden': 403,
  'http/outside-scope': 403,
  'http/host': 403,
  'http/not-found': 404,
  'http/method': 405,
  'http/not-acceptable': 406,
  'http/changed': 412,
  'http/too-large': 413,
  'http/content-type': 415,
  'http/idempotency-mismatch': 422,
  'http/too-many': 429,
  'http/internal': 500,
  'http/provider': 502,
  'http/busy': 503,
  'state/database': 503,
}

/** Problems say by their code what kind they are; a refusal by the rules of the state is a conflict. */
export function statusOf(code: string): number {
  const fixed = STATUS[code]
  if (fixed !== undefined) return fixed
  if (code.startsWith('ledger/')) return 503
  return code.includes('/unknown') ? 404 : 409
}

/** Statuses that any operation can answer with, for the OpenAPI document. */
export const PROBLEM_STATUSES: Readonly<Record<number, string>> = {
  400: 'the input is wrong, or cannot be read',
  401: 'no valid credential',
  403: 'the roles or the scope of the credential do not admit the call',
  404: 'what is named is not known here',
  409: 'the rules of the state refuse it',
  412: 'the record has changed since its version was read',
  413: 'the body is too large',
  415: 'the body is not JSON',
  422: 'the idempotency key was used for another call',
  429: 'too many calls',
  503: 'the ledger cannot write, the database does not answer, or too much is waiting: try again',
}
