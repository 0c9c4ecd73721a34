import type { GuardSetup } from './guard-setup.ts'

/** Tells the application of an exception inside the guard; what was to be judged is blocked whether anybody hears of it or not. */
export function report({ onFailure }: GuardSetup, error: unknown): void {
  try {
    onFailure?.(error)
  } catch {
    // The one who is told of failures fails: there is nobody else to tell.
  }
}
