/** What a pure function has said, kept for the keys that came last; the oldest goes first. */
export function boundedMemo<Value>(entriesMax: number, make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>()
  return (key) => {
    if (known.has(key)) return known.get(key) as Value
    const value = make(key)
    if (known.size >= entriesMax) known.delete(known.keys().next().value ?? '')
    known.set(key, value)
    return value
  }
}
