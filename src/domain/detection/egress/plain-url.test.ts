import { assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { targetOf } from './link-target.ts'
import { plainHost } from './plain-url.ts'

describe('a URL that needs no parser', () => {
  test.each([
    ['https://docs.example.com/guides?lang=en', 'docs.example.com'],
    ['http://example.org', 'example.org'],
    ['https://docs.example.com/guides/returns?lang=en#fees', 'docs.example.com'],
    ['https://example.org/a/../b.html#top', 'example.org'],
  ])('%s leads to %s', (url, host) => expect(plainHost(url)).toBe(host))

  test.each([
    ['capitals', 'https://Example.org/'],
    ['a port', 'https://example.org:8080/'],
    ['a name before the host', 'https://me@example.org/'],
    ['an address of numbers', 'https://10.0.0.1/'],
    ['a last label of digits', 'https://a.b.1/'],
    ['Punycode', 'https://xn--pple-43d.com/'],
    ['another address in a parameter', 'https://example.org/?to=evil.example'],
    ['an encoded address in a parameter', 'https://example.org/?q=aHR0cHM6Ly9l'],
    ['another address in the path', 'https://example.org/https://evil.example'],
    ['percent signs', 'https://example.org/%2f'],
    ['more than an identifier', `https://example.org/${'a1B2'.repeat(9)}`],
    ['a line end behind it', 'https://example.org/\n'],
  ])('with %s there is none', (_, url) => expect(plainHost(url)).toBeUndefined())

  test('says of every URL what the parser says', () => {
    const label = string({ unit: constantFrom(...'axn-19'), minLength: 1, maxLength: 6 })
    const name = oneof(label, string({ unit: constantFrom(...'abc'), minLength: 18, maxLength: 42 }))
    const tail = oneof(
      string({ unit: constantFrom(...'a/.?#&=-_Z0'), maxLength: 24 }),
      string({ unit: constantFrom(...'aZ0bY1'), minLength: 28, maxLength: 42 }),
    )
    assert(
      property(name, name, constantFrom('com', 'a', '1', 'x1'), tail, (first, second, top, rest) => {
        const url = `://${first}.${second}.${top}${rest === '' ? '' : `/${rest}`}`
        // Capitals in the scheme take the long way.
        expect(targetOf(`https${url}`)).toEqual(targetOf(`HTTPS${url}`))
      }),
      { numRuns: 6_000 },
    )
  })
})
