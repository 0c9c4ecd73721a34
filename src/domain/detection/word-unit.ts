/**
 * Letters, digits and underscore of ASCII, and letters of scripts that part their words. Thai, Chinese, Japanese and Korean
 * put words beside each other, so that theirs never join one of another script.
 */
export function isWordUnit(code: number): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
  // Beyond either end of a text there is no code at all.
  if (!(code >= 192 && code < 0x2000) || code === 215 || code === 247) return false
  return !(code >= 0xe00 && code < 0xf00) && !(code >= 0x1780 && code < 0x1800)
}
