import type { Span } from './spans.ts'

export type Task = 'pii' | 'secret' | 'injection'

export interface Detection {
  readonly isFlagged: boolean
  /** 0 to 1 where the detector gives a degree. */
  readonly score?: number | undefined
  /** Where; lazily, so that the conversion is not measured. Absent where the package does not say. */
  readonly spans?: (() => readonly Span[]) | undefined
  /** Which of our detectors spoke; ours only. */
  readonly detectors?: readonly string[]
}

export interface Detector {
  readonly detect: (text: string) => Detection | Promise<Detection>
}

/** One package as its documentation tells users to use it, offline. */
export interface PeerAdapter {
  readonly package: string
  readonly tasks: readonly Task[]
  /** The configuration, in a line. */
  readonly how: string
  readonly open: (task: Task) => Promise<Detector>
}
