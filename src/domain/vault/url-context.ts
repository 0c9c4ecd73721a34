/** Longest run of characters without white space that is looked at; a longer one counts as a URL. */
const RUN_CHARS_MAX = 2_048
/**
 * What makes a run a URL, or a piece of text that a client turns into one: slashes, a scheme, `www.`, a Markdown or CSS
 * destination, a host with a path, or character references, which could spell any of these.
 */
const URL_RUN =
  /[/\\]{2}|:[/\\]|^[/\\]|www\.|\]\(|\]:|url\(|&#|&[a-z]{2,10};|(?:^|[^a-z])(?:https?|wss?|ftp|file|data|blob|javascript|mailto|tel|sms|intent):|\.[a-z]{2,24}[/?#:]/i
/** What follows a value and would make it part of a host or of a URL's user name. */
const URL_AFTER = /^(?:\.[\p{L}\p{N}]|@|:[/\\])/u
/** Characters after a value that `isUrlAfter` asks for. */
export const AFTER_CHARS = 2

export function isUrlAfter(text: string): boolean {
  return URL_AFTER.test(text)
}

/**
 * Follows a text that is sent to a reader and says whether a value put in now would land in a URL or in an HTML tag: an
 * address that a client fetches carries the value away. Errs on that side: HTML tags end where a browser ends them.
 */
export class UrlContext {
  #run = ''
  #isLongRun = false
  /** The run that follows is the destination of a Markdown link. */
  #isDestination = false
  #previous = ''
  #inTag = false
  #quote = ''

  feed(text: string): void {
    // By code units: the halves of a surrogate pair may come in two chunks.
    for (let index = 0; index < text.length; index++) {
      const char = text.charAt(index)
      this.#tag(char)
      if (/\s/.test(char)) this.#endRun()
      else if (this.#run.length < RUN_CHARS_MAX) this.#run += char
      else this.#isLongRun = true
      this.#previous = char
    }
  }

  isInside(): boolean {
    return this.#inTag || this.#isDestination || this.#isLongRun || URL_RUN.test(this.#run)
  }

  #tag(char: string): void {
    if (!this.#inTag) {
      this.#inTag = this.#previous === '<' && /[A-Za-z/!?]/.test(char)
      this.#quote = ''
    } else if (this.#quote !== '') {
      if (char === this.#quote) this.#quote = ''
    } else if (char === '"' || char === "'") this.#quote = char
    else if (char === '>') this.#inTag = false
  }

  #endRun(): void {
    // Between `](` and the destination white space may stand.
    if (this.#run !== '') this.#isDestination = this.#run.endsWith('](') || this.#run.endsWith(']:')
    this.#run = ''
    this.#isLongRun = false
  }
}
