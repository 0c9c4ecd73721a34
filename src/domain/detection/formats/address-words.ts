import { isDigit, isLetter } from './scan.ts'

const WORDS_MAX = 5
const WORD_MAX = 24

/** A piece of an address that stands for one, and how far it is to be believed. */
export interface Part {
  readonly start: number
  readonly end: number
  readonly score: number
}

/** End of the word at `index` (letters, apostrophes, hyphens, dots inside); `index` where there is none or it is too long. */
export function wordEnd(text: string, index: number): number {
  let end = index
  while (end < text.length && end - index <= WORD_MAX) {
    const code = text.charCodeAt(end)
    if (!isLetter(code) && !(end > index && (code === 39 || code === 45 || code === 8217))) break
    end += 1
  }
  if (end - index > WORD_MAX) return index
  while (end > index && text[end - 1] === '-') end -= 1
  return end
}

/** Starts of up to five words before `end`, the nearest first. */
export function wordStarts(text: string, end: number, floor: number): readonly number[] {
  const starts: number[] = []
  let index = end
  for (let count = 0; count < WORDS_MAX; count++) {
    let start = text[index - 1] === '.' || text[index - 1] === ',' ? index - 1 : index
    while (start > floor && index - start <= WORD_MAX && isNameUnit(text.charCodeAt(start - 1))) start -= 1
    if (start === index || index - start > WORD_MAX || (isDigit(text.charCodeAt(start - 1)) && start > 0)) break
    if (!isLetter(text.charCodeAt(start))) break
    starts.push(start)
    if (text[start - 1] !== ' ' || start - 1 <= floor) break
    index = start - 1
  }
  return starts
}

function isNameUnit(code: number): boolean {
  return isLetter(code) || code === 39 || code === 45 || code === 8217
}

/** `12`, `12a`, `12-14`, `62.` at the end of a street. */
export function numberEnd(text: string, end: number): number {
  const hit = /^(?:[a-zA-Z](?!\w)|[-/]\d{1,4}[a-z]?(?!\w))/.exec(text.slice(end, end + 7))
  return hit === null ? end : end + hit[0].length
}
