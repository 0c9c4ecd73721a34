import { useEffect, useRef, useSyncExternalStore } from 'react'
import { hrefOf, navigate } from '../router.ts'
import { MAIN_PAGES } from './pages.ts'

const PREFIX_MS = 1_500
const STORED = 'gatehouse.single-keys'
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

const isOn = (): boolean => window.localStorage.getItem(STORED) !== 'off'

/** Single keys can be turned off (WCAG 2.1.4); the browser remembers. */
export function useShortcutsOn(): boolean {
  return useSyncExternalStore(subscribe, isOn)
}

export function setShortcutsOn(on: boolean): void {
  window.localStorage.setItem(STORED, on ? 'on' : 'off')
  for (const listener of listeners) listener()
}

/** Typing, widgets that take letters, dialogs and modifiers keep their keys. */
function isTaken({ target, ctrlKey, metaKey, altKey, isComposing }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || isComposing || document.querySelector('dialog[open]') !== null) return true
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

/** `?` shows the keys; `g` and a letter go to a page, in the same scope. */
export function useShortcuts({ onHelp }: { readonly onHelp: () => void }): void {
  const help = useRef(onHelp)
  useEffect(() => {
    help.current = onHelp
  })
  useEffect(() => {
    let prefixAt = -Infinity
    const onKey = (event: KeyboardEvent): void => {
      if (isTaken(event) || !isOn()) return
      const isSecond = event.timeStamp - prefixAt < PREFIX_MS
      prefixAt = -Infinity
      if (event.key === '?') help.current()
      else if (isSecond) goTo(event)
      else if (event.key === 'g') prefixAt = event.timeStamp
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

function goTo(event: KeyboardEvent): void {
  const page = MAIN_PAGES.find(({ letter }) => letter === event.key)
  if (page === undefined) return
  event.preventDefault()
  navigate(hrefOf(page.path, new URLSearchParams(window.location.search).get('system')))
}
