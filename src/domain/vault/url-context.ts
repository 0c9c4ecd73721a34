/** Longest run of characters without white space that is looked at; a longer one counts as a URL. */
const RUN_CHARS_MAX = 2_048
/**
 * What makes a run a URL, or a piece of text that a client turns into one: slashes, a scheme, `www.`, a Markdown or CSS
 * destination, a host with a path, or character references, which could spell any of these.
 */
const URL_RUN =
  /[/\\]{2}|:[/\\]|^[/\\]|www\.|\]\(|\]:|url\(|&#|&[a-z]{2,10};|(?:^|[^a-z])(?:https?|wss?|ftp|file|data|blob|javascript|mailto|tel|sms|intent):|\.[a-z]{2,24}[/?#:]/i
/** Addresses that hold a message, which some clients read with its spaces up to the end of the line. */
const LINE_RUN = /(?:^|[^a-z])(?:mailto|tel|sms):[^?]{0,2048}\?/i
/** What follows a value and would make it part of a host or of a URL's user name. */
const URL_AFTER = /^(?:\.[\p{L}\p{N}]|@|:[/\\])/u
/** Characters after a value that `isUrlAfter` asks for. */
export const AFTER_CHARS = 2
/** Where addresses begin that may hold white space: they last until their parenthesis closes. */
const OPENS = /(?:\]|url|src|image-set)\($/i
const DESTINATION = /\][(:]$/
const OPENS_CHARS_MAX = 10
/** Elements whose content is a program or a style sheet. */
const RAW = /^<(style|script)(?=[\s/>])/i
const RAW_CHARS_MAX = 9

export function isUrlAfter(text: string): boolean {
  return URL_AFTER.test(text)
}

/**
 * Follows a text that is sent to a reader and says whether a value put in now would land in a URL or in an HTML tag: an
 * address that a client fetches carries the value away. Errs on that side: HTML tags end where a browser ends them, and an address
 * ends where the last of the readers of Markdown, HTML and CSS ends it.
 */
export class UrlContext {
  #run = ''
  #isLongRun = false
  /** The run that follows is a destination. */
  #isDestination = false
  /** Parentheses that are open since `](` or `url(`; 0 outside. */
  #depth = 0
  /** Inside `](<` or `]:<`. */
  #isAngle = false
  #isLine = false
  #isLineEmpty = false
  #previous = ''
  #inTag = false
  #quote = ''
  /** The beginning of the tag, as much as tells its name; then the name of the element whose content this is. */
  #tagHead = ''
  #raw = ''
  /** The last few characters. */
  #tail = ''

  feed(text: string): void {
    // By code units: the halves of a surrogate pair may come in two chunks.
    for (let index = 0; index < text.length; index++) {
      const char = text.charAt(index)
      this.#tail = (this.#tail + char).slice(-OPENS_CHARS_MAX)
      this.#tag(char)
      this.#address(char)
      // CommonMark ends a destination at ASCII white space and controls; other white space is a part of it.
      if (char <= ' ') this.#endRun(char)
      else if (this.#run.length < RUN_CHARS_MAX) this.#run += char
      else this.#isLongRun = true
      this.#previous = char
    }
  }

  isInside(): boolean {
    return (
      this.#inTag ||
      this.#raw !== '' ||
      this.#depth > 0 ||
      this.#isAngle ||
      this.#isLine ||
      this.#isDestination ||
      this.#isLongRun ||
      URL_RUN.test(this.#run)
    )
  }

  #tag(char: string): void {
    if (this.#raw !== '') {
      if (this.#tail.toLowerCase().endsWith(`</${this.#raw}`)) this.#raw = ''
      return
    }
    if (!this.#inTag) {
      this.#inTag = this.#previous === '<' && /[A-Za-z/!?]/.test(char)
      this.#quote = ''
      this.#tagHead = `<${char}`
      return
    }
    if (this.#tagHead.length < RAW_CHARS_MAX) this.#tagHead += char
    if (this.#quote !== '') {
      if (char === this.#quote) this.#quote = ''
    } else if (char === '"' || char === "'") this.#quote = char
    else if (char === '>') {
      this.#inTag = false
      this.#raw = RAW.exec(this.#tagHead)?.[1]?.toLowerCase() ?? ''
    }
  }

  /** Addresses in parentheses and in angle brackets; a paragraph that ends ends them. */
  #address(char: string): void {
    if (this.#depth > 0) this.#depth += char === '(' ? 1 : char === ')' ? -1 : 0
    else if (char === '(' && OPENS.test(this.#tail)) this.#depth = 1
    if (char === '>') this.#isAngle = false
    else if (char === '<' && (this.#isDestination || DESTINATION.test(this.#run))) this.#isAngle = true
    if (char === '\n') {
      if (this.#isLineEmpty) this.#depth = 0
      if (this.#isLineEmpty) this.#isAngle = false
      this.#isLine = false
      this.#isLineEmpty = true
    } else if (char > ' ') this.#isLineEmpty = false
  }

  #endRun(char: string): void {
    if (char !== '\n' && LINE_RUN.test(this.#run)) this.#isLine = true
    // Between `](` or `]:` and the destination white space may stand.
    if (this.#run !== '') this.#isDestination = DESTINATION.test(this.#run)
    this.#run = ''
    this.#isLongRun = false
  }
}
