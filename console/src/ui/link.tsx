import type { MouseEvent, ReactElement, ReactNode } from 'react'
import { navigate } from '../router.ts'

interface LinkProps {
  readonly href: string
  readonly children: ReactNode
  readonly className?: string
  /** The page itself, or one that it lies under. */
  readonly current?: 'page' | 'true' | undefined
}

/** A real link that stays in the page; with a modifier or another button the browser does what it always does. */
export function Link({ href, children, className, current }: LinkProps): ReactElement {
  const onClick = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(href)
    window.scrollTo(0, 0)
  }
  return (
    <a href={href} onClick={onClick} className={className} aria-current={current}>
      {children}
    </a>
  )
}
