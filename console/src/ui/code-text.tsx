import { Fragment, type ReactElement } from 'react'
import { revealed } from '../revealed.ts'

/** A sentence of ours, with what stands in backticks as code. Still text only. */
export function CodeText({ text }: { readonly text: string }): ReactElement {
  const parts = text.split('`')
  // An odd backtick is not a pair: the text then stays as it is.
  if (parts.length % 2 === 0) return <span className="text">{revealed(text)}</span>
  return (
    <span className="text">
      {parts.map((part, index) => (
        // Parts of a sentence never change place.
        <Fragment key={index}>{index % 2 === 1 ? <code>{revealed(part)}</code> : revealed(part)}</Fragment>
      ))}
    </span>
  )
}
