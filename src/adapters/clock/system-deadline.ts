/** A signal that aborts with `parent` or after `ms` milliseconds, whichever is first; `release` lets the timer go. */
export function systemDeadline(
  ms: number,
  parent: AbortSignal,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const timer = setTimeout(abort, ms)
  parent.addEventListener('abort', abort, { once: true })
  if (parent.aborted) abort()
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer)
      parent.removeEventListener('abort', abort)
    },
  }
}
