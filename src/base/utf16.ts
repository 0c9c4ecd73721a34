const decoder = new TextDecoder('utf-16le', { ignoreBOM: true })

/** The text of UTF-16 units on a little-endian machine, as every one is that runs JavaScript; half a pair becomes U+FFFD. */
export function textOfUnits(units: Uint16Array): string {
  return decoder.decode(new Uint8Array(units.buffer, units.byteOffset, units.byteLength))
}
