/** A value that YAML can say and JSON cannot. */
export interface NotJson {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/**
 * The first value that has no JSON form, or whose key another parser might read as JavaScript's `__proto__`.
 * SECURITY: aliases can make the value contain itself, so the walk is bounded by depth.
 */
export function findNotJson(
  value: unknown,
  depthMax: number,
  path: readonly (string | number)[] = [],
): NotJson | undefined {
  if (path.length > depthMax)
    return { path: path.slice(0, 4), message: `nested deeper than ${depthMax}, perhaps an alias inside its own anchor` }
  if (typeof value === 'string')
    return value.isWellFormed() ? undefined : { path, message: 'a text has half of a surrogate pair' }
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : { path, message: `\`${value}\` is not a JSON number` }
  if (value === null || typeof value === 'boolean') return undefined
  if (Array.isArray(value)) return firstOf(value.entries(), depthMax, path)
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return { path, message: 'a value of this type has no JSON form' }
  return firstOf(Object.entries(value), depthMax, path)
}

function firstOf(
  items: Iterable<readonly [string | number, unknown]>,
  depthMax: number,
  path: readonly (string | number)[],
): NotJson | undefined {
  for (const [key, item] of items) {
    const at = [...path, key]
    if (key === '__proto__') return { path: at, message: 'the key `__proto__` is not allowed' }
    if (typeof key === 'string' && !key.isWellFormed())
      return { path: at, message: 'a key has half of a surrogate pair' }
    const found = findNotJson(item, depthMax, at)
    if (found !== undefined) return found
  }
  return undefined
}
