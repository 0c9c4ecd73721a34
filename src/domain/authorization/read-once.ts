/** A pure function of something that does not change, worked out once for each and kept only as long as that lives. */
export function readOnce<Key extends object, Value>(read: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    if (!known.has(key)) known.set(key, read(key))
    return known.get(key) as Value
  }
}
