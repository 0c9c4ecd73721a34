/**
 * Code points that show nothing, or that change how their neighbours are read: controls, bidirectional overrides,
 * zero-width characters, tags and variation selectors beyond the emoji. Tab, line feed and carriage return stay.
 */
const HIDDEN: readonly (readonly [first: number, last: number])[] = [
  [0x0, 0x8],
  [0xb, 0xc],
  [0xe, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe0fff],
]

function isHidden(codePoint: number): boolean {
  return HIDDEN.some(([first, last]) => codePoint >= first && codePoint <= last)
}

/** SECURITY: the text is whatever an attacker wrote. What would hide in it is named instead: `⟨U+202E⟩`. */
export function revealed(text: string): string {
  let shown = ''
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0
    shown += isHidden(codePoint) ? `⟨U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}⟩` : character
  }
  return shown
}
