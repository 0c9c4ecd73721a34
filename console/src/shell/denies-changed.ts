const listeners = new Set<() => void>()

/** Pages that throw or lift a kill switch tell those that show them. */
export function deniesChanged(): void {
  for (const listener of listeners) listener()
}

export function onDeniesChanged(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
