/** Worth another try, at the same place or the next. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 529])

/** Of the gateway's own key, account or deployment: nothing that a client can mend, and nothing that a second try mends. */
const OF_THE_PLACE: ReadonlySet<number> = new Set([401, 402, 403, 404])

export function isPassing(status: number): boolean {
  return PASSING.has(status)
}

export function isOfThePlace(status: number): boolean {
  return OF_THE_PLACE.has(status)
}

/** The request itself is what the provider does not take. */
export function isOfTheRequest(status: number): boolean {
  return status >= 400 && status < 500 && !isOfThePlace(status) && !isPassing(status)
}
