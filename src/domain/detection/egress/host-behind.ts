import { targetOf, type LinkTarget } from './link-target.ts'

/** Where a URL that goes on behind a quote or a bracket ends, and where it leads. */
export interface HostBehind {
  readonly end: number
  readonly target: LinkTarget
}

const AT = 64
/** What ends a host, or a URL, for those who let nothing but white space and `<` end one. */
const ENDS = /[/?#\\<]/
const HOST_MAX = 300

/**
 * Renderers that end a URL at white space alone take what stands before an `@` for a user: `https://good.example"@evil.example/`.
 * Linear: what was looked at is not looked at again for the places in it.
 */
export class HostsBehind {
  readonly #text: string
  #from = 0
  #end = -1
  #at = -1
  #found: HostBehind | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Where the host may end that goes on at `from`. */
  endFrom(from: number): number {
    if (from < this.#from || from > this.#end) this.#look(from)
    return this.#end
  }

  /** Of the part that `endFrom` has seen. */
  behind(from: number): HostBehind | undefined {
    return this.#at >= from ? this.#found : undefined
  }

  #look(from: number): void {
    const text = this.#text
    this.#from = from
    this.#at = -1
    let at = from
    for (; at < text.length && text.charCodeAt(at) > 32 && !ENDS.test(text.charAt(at)); at++)
      if (text.charCodeAt(at) === AT) this.#at = at
    this.#end = at
    this.#found = this.#at < 0 ? undefined : hostIn(text, this.#at + 1, at)
  }
}

/** Signs at its end belong to the text around. Names with other signs than those of hosts lead nowhere. */
function hostIn(text: string, start: number, stop: number): HostBehind | undefined {
  if (stop - start > HOST_MAX) return undefined
  const written = /^.*[\p{L}\p{N}]/u.exec(text.slice(start, stop))?.[0] ?? ''
  const target = targetOf(`https://${written}`)
  return target !== undefined && /^[a-z0-9.-]+$/.test(target.hosts[0] ?? '') && target.hosts[0] !== 'unparsable'
    ? { end: start + written.length, target }
    : undefined
}
