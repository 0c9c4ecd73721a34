const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Text of a hostile reply for a file that people open: nothing that a terminal or a viewer obeys. */
export function inertText(text: string): string {
  return text.toWellFormed().replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** One line of at most `charsMax` characters. */
export function oneLine(text: string, charsMax: number): string {
  const plain = inertText(text).replace(/\s+/g, ' ').trim()
  return plain.length > charsMax ? `${plain.slice(0, charsMax)}…` : plain
}
