import { useEffect, type RefObject } from 'react'

/**
 * When a change takes away what had the focus (a button that did its work), the focus goes to the given element, or to
 * the heading of the page, instead of to nowhere.
 */
export function useFocusRescue(change: unknown, target?: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    // A dialog that closes in the same commit gives the focus back first.
    const timer = window.setTimeout(() => {
      if (document.activeElement === document.body)
        (target?.current ?? document.querySelector('h1'))?.focus({ preventScroll: true })
    })
    return () => window.clearTimeout(timer)
  }, [change, target])
}
