import type { ReactElement } from 'react'

const PATHS = {
  check: 'M3 8.5l3.2 3.2L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  question: 'M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.9M8 12.6v.1',
  clock: 'M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 0 0 0-11.6M8 4.8V8l2.2 1.6',
  warning: 'M8 2.2L14.4 13.4H1.6zM8 6.2v3.2M8 11.5v.1',
  ticket: 'M2.5 5h11v2a1.2 1.2 0 0 0 0 2.3v2h-11v-2a1.2 1.2 0 0 0 0-2.3z',
  stop: 'M5.2 2h5.6L14 5.2v5.6L10.8 14H5.2L2 10.8V5.2zM5 8h6',
  dash: 'M3.5 8h9',
  flask: 'M6 2.5h4M7 2.5v4L3.4 13h9.2L9 6.5v-4M5.2 10h5.6',
} as const

export type IconName = keyof typeof PATHS

/** Decoration beside a word; it says nothing on its own. */
export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
