import { useEffect, useRef, type ReactElement, type ReactNode } from 'react'
import { revealed } from '../revealed.ts'

let isFirstPage = true

/** A page: its heading takes the focus when the page changes, so that readers and keys start there. */
export function Page({
  title,
  lead,
  children,
}: {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
}): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${revealed(title)} · Gatehouse`
  }, [title])
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus()
    isFirstPage = false
  }, [])
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {revealed(title)}
      </h1>
      {lead === undefined ? null : <div className="lead">{lead}</div>}
      {children}
    </>
  )
}

export function Section({
  id,
  title,
  children,
}: {
  readonly id: string
  readonly title: string
  readonly children: ReactNode
}): ReactElement {
  return (
    <section aria-labelledby={id} className="section">
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}
