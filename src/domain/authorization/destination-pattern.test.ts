import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesPattern } from './destination-pattern.ts'

describe('names and paths', () => {
  test.each([
    ['docs/a', 'docs/*', true],
    ['DOCS/A', 'docs/*', true],
    ['docs/a.txt', 'docs/*', true],
    ['docs/.env', 'docs/.*', true],
    ['docs/a/b', 'docs/*', false],
    ['docs/a/b', 'docs/*/*', true],
    ['docs/..', 'docs/*', false],
    ['docs/.', 'docs/*', false],
    ['/work/../etc', '/work/*/*', false],
    ['..', '*', false],
    ['docs/..\\..\\x', 'docs/*', false],
    ['a\\..\\docs/x', 'docs/*', false],
    ['docs/%2e%2e', 'docs/*', false],
    ['docs/a;b', 'docs/*', false],
    ['./out/a', './out/*', true],
    ['../out/a', '../out/*', true],
    ['../out/..', '../out/*', false],
    ['docs/..', 'docs/..', true],
    ['axb', 'a?b', false],
    ['a.b', 'a.b', true],
    ['axb', 'a.b', false],
    ['NW-17', 'NW-*', true],
    ['docs/Zürich 2', 'docs/Zürich*', false],
    ['docs/Zürich-2', 'docs/Z*', true],
    ['docs/😀', 'docs/*', true],
    ['docs/a\0', 'docs/*', false],
    ['docs/a\0', 'docs/a\0', true],
    ['docs/a\u00adb', 'docs/*', false],
    ['docs/\u{e0041}', 'docs/*', false],
    ['docs/．．', 'docs/*', false],
    ['docs／..／etc', '*', false],
    ['docs/a／..', 'docs/*', false],
    ['docs/🄀', 'docs/*', false],
    ['docs/..', 'docs/..*', false],
    ['evil.example\0.shop.example', '*.shop.example', false],
    ['evil.example#.shop.example', '*.shop.example', false],
    ['', '*', true],
    ['', '', true],
    ['a', '', false],
  ])('`%s` against `%s`: %s', (text, pattern, expected) => expect(matchesPattern(text, pattern)).toBe(expected))

  /** The definition, by trying every length for each star. */
  function naive(text: string, glob: string): boolean {
    if (glob === '') return text === ''
    if (!glob.startsWith('*')) return text !== '' && text[0] === glob[0] && naive(text.slice(1), glob.slice(1))
    for (let length = 0; length <= text.length; length++) {
      if (/[@/\s]/.test(text.slice(0, length))) break
      if (naive(text.slice(length), glob.slice(1))) return true
    }
    return false
  }

  test('mean what the naive reference means', () => {
    const text = array(constantFrom('a', 'b', '@', '/', ' '), { maxLength: 9 }).map((chars) => chars.join(''))
    const glob = array(constantFrom('a', 'b', '/', '*', '*'), { maxLength: 8 }).map((chars) => chars.join(''))
    assert(
      property(text, glob, (value, pattern) => matchesPattern(value, pattern) === naive(value, pattern)),
      { numRuns: 20_000 },
    )
  })
})

describe('e-mail addresses', () => {
  test.each([
    ['bob@example.com', 'bob@example.com', true],
    ['bob@example.com', '*@example.com', true],
    ['BOB@EXAMPLE.COM', '*@example.com', true],
    ['bob.o+tag@example.com', '*@example.com', true],
    ['bob@a.example.com', '*@*.example.com', true],
    ['bob@a.b.example.com', '*@*.example.com', true],
    ['bob@example.com', '*@*.example.com', false],
    ['bob@evilexample.com', '*@*.example.com', false],
    ['bob@evil.example', '*@example.com', false],
    ['bob@x@example.com', '*@example.com', false],
    ['bob@example.com@evil.example', '*@example.com', false],
    ['bob@example.com.evil.example', '*@example.com', false],
    ['a b@example.com', '*@example.com', false],
    ['@example.com', '*@example.com', false],
    ['evil,bob@example.com', '*@example.com', false],
    ['evil;bob@example.com', '*@example.com', false],
    ['evil%evil.example@example.com', '*@example.com', false],
    ['evil!bob@example.com', '*@example.com', false],
    ['"evil"@example.com', '*@example.com', false],
    ['evil(x)@example.com', '*@example.com', false],
    ['<bob@example.com', '*@example.com', false],
    ['mailto:bob@example.com', '*@example.com', false],
    ['bob@example.com\nBcc: eve', '*@example.com', false],
    ['bob@example.com?cc=eve', '*@example.com', false],
  ])('`%s` against `%s`: %s', (text, pattern, expected) => expect(matchesPattern(text, pattern)).toBe(expected))
})

describe('URLs', () => {
  const SITES = 'https://*.example.com'
  const PAGES = 'https://*.example.com/*'
  test.each([
    ['https://a.example.com', SITES, true],
    ['https://a.example.com/', SITES, true],
    ['HTTPS://A.EXAMPLE.COM', SITES, true],
    ['https://a.b.example.com', SITES, true],
    ['https://a.example.com:443/', SITES, true],
    ['https://a.example.com/p', SITES, false],
    ['https://a.example.com/p', PAGES, true],
    ['https://a.example.com/p?q=https://x.test/#y', PAGES, true],
    ['https://a.example.com/p/q', PAGES, false],
    ['https://a.example.com/p/../q', PAGES, true],
    ['https://a.example.com/p%20q', PAGES, true],
    ['https://example.com', SITES, false],
    ['http://a.example.com', SITES, false],
    ['https://a.example.com:8443', SITES, false],
    ['https://a.example.com:8443', 'https://*.example.com:8443', true],
    ['https://a.example.com:9', 'https://*.example.com:*', true],
    ['https://a.example.com', 'https://a.example.com:443', true],
    ['https://evil.test#.example.com', SITES, false],
    ['https://evil.test?.example.com', SITES, false],
    ['https://evil.test?.example.com/x', PAGES, false],
    ['https://evil.test\\.example.com', SITES, false],
    ['https://evil.test\\x.example.com/y', PAGES, false],
    ['https://evil.test/.example.com', SITES, false],
    ['https://evil.test;.example.com', SITES, false],
    ['https://evil.test:443#.example.com', SITES, false],
    ['https://evil.test%2f.example.com', SITES, false],
    ['https://x.example.com@evil.test', SITES, false],
    ['https://evil.test@x.example.com', SITES, false],
    ['https://a.exam\tple.com', SITES, false],
    ['https:///a.example.com', SITES, false],
    ['https:a.example.com', SITES, false],
    ['https://a.example.com.', SITES, false],
    ['https://evilexample.com', 'https://*example.com', true],
    ['https://a.evilexample.com', 'https://*example.com', false],
    ['https://shop-eu.example.com', 'https://shop-*.example.com', true],
    ['https://shop-eu.evil.example.com', 'https://shop-*.example.com', false],
    ['https://x.test/docs/../secret', 'https://x.test/docs/*', false],
    ['https://x.test/docs/%2e%2e/secret', 'https://x.test/docs/*/*', false],
    ['https://x.test/docs/..%2fsecret', 'https://x.test/docs/*', false],
    ['https://x.test/docs/%252e%252e%252fsecret', 'https://x.test/docs/*', false],
    ['https://x.test/docs/..\\secret', 'https://x.test/docs/*', false],
    ['https://x.test/docs/..;/secret', 'https://x.test/docs/*/*', false],
    ['https://x.test/docs/.;a=b/secret', 'https://x.test/docs/*/*', false],
    ['https://x.test/docs/..%3b/secret', 'https://x.test/docs/*/*', false],
    ['https://x.test/docs/..%253b/secret', 'https://x.test/docs/*/*', false],
    ['https://x.test/docs/a;b/secret', 'https://x.test/docs/*/*', true],
    ['https://xn--mnchen-3ya.example/x', 'https://münchen.example/*', true],
    ['https://münchen.example/ü/x', 'https://münchen.example/ü/*', true],
    ['https://munchen.example/', 'https://münchen.example/', false],
    ['https://[::1]/x', 'https://[::1]/*', true],
    ['https://[::2]/x', 'https://[::1]/*', false],
    ['file:///tmp/a', 'file:///tmp/*', true],
    ['file://evil.test/tmp/a', 'file:///tmp/*', false],
    ['https:///x.test/docs', 'https://x.test/docs', false],
    ['git+ssh://git@x.test/acme/repo.git', 'git+ssh://git@x.test/acme/*', true],
    ['git+ssh://eve@x.test/acme/repo.git', 'git+ssh://git@x.test/acme/*', false],
    ['git+ssh://git@x.test@evil.test/acme/a', 'git+ssh://git@x.test/acme/*', false],
    ['https://git@evil.test/x', 'https://git@x.test/*', false],
    ['https://x.test/docs?to=eve', 'https://x.test/docs', false],
    ['https://x.test/docs?to=eve', 'https://x.test/docs?to=*', true],
    ['https://x.test/docs?cc=eve', 'https://x.test/docs?to=*', false],
    ['s3://bucket/key', 's3://bucket/*', true],
    ['s3://other/key', 's3://bucket/*', false],
    ['javascript://a.example.com/%0aalert(1)', PAGES, false],
    ['a.example.com', SITES, false],
    ['https://anything.test', 'https://*', true],
  ])('`%s` against `%s`: %s', (text, pattern, expected) => expect(matchesPattern(text, pattern)).toBe(expected))

  test.each([
    'https://gitlab.example/api/v4/projects/group%2Frepo/issues',
    'https://münchen.example/',
    'https://example.com/ü',
    'git+ssh://git@github.com/acme/repo.git',
    'file:///tmp/a',
    'https://[::1]/',
    'https://example.com/{id}?q=ü#part',
  ])('an entry without `*` matches itself: `%s`', (entry) => {
    expect(matchesPattern(entry, entry)).toBe(true)
  })

  test('nothing that leads to another site fits a pattern of a site', () => {
    const part = constantFrom(
      'a',
      'evil.test',
      '.example.com',
      '/',
      '\\',
      '?',
      '#',
      '@',
      ':',
      '%2f',
      '%00',
      '\t',
      ';',
      '..',
    )
    assert(
      property(array(part, { maxLength: 7 }), (parts) => {
        const text = `https://${parts.join('')}`
        if (!matchesPattern(text, SITES) && !matchesPattern(text, PAGES)) return
        expect(new URL(text).hostname).toMatch(/^[a-z.]+\.example\.com$/)
      }),
      { numRuns: 20_000 },
    )
  })
})
