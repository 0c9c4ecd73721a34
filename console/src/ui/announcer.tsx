import { useSyncExternalStore, type ReactElement } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Says something to screen readers, politely, whatever is on the page. */
export function announce(text: string): void {
  // The same words again would be no change, and so would not be said.
  message = text === message ? `${text}\u00A0` : text
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Announcer(): ReactElement {
  const text = useSyncExternalStore(subscribe, () => message)
  return (
    <p className="visually-hidden" aria-live="polite">
      {text}
    </p>
  )
}
