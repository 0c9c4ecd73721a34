/** One HTTP request of an operation, below `/api/v1`. */
export interface OperationRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Undefined for reads. */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** Half a surrogate pair has no place in a URL, and would be an exception. */
const inUrl = (value: unknown): string => encodeURIComponent(String(value).toWellFormed())

/** Places the fields of an input into path, query and body: what every client of the API shares. */
export function requestOf(
  { method, path: template }: { readonly method: 'GET' | 'POST'; readonly path: string },
  input: object,
): OperationRequest {
  const rest = new Map(Object.entries(input))
  const path = template.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = rest.get(key)
    rest.delete(key)
    return inUrl(value)
  })
  const fields = [...rest].filter(([, value]) => value !== undefined)
  if (method === 'POST') return { method, path, body: Object.fromEntries(fields) }
  const query = fields.map(([key, value]) => `${key}=${inUrl(value)}`).join('&')
  return { method, path: query === '' ? path : `${path}?${query}`, body: undefined }
}
