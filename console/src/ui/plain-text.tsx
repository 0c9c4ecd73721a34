import type { ReactElement } from 'react'
import { revealed } from '../revealed.ts'

/** What other people and models wrote: never markup, and nothing hidden in it. */
export function PlainText({ text }: { readonly text: string }): ReactElement {
  return <span className="text">{revealed(text)}</span>
}
