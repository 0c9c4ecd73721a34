import { expect, test } from 'vitest'
import { addressesIn, bareUrl, hostOf, isSameSite, says, urlsIn } from './value-forms.ts'

test.each([
  ['visit www.shop.example', 'https://shop.example/', true],
  ['visit https://shop.example/a', 'www.shop.example/a', true],
  ['visit shop.example', 'https://shop.example.evil.example', false],
  ['visit shop.example', 'https://shop.example@evil.example/', false],
  ['pay GB29 NWBK 6016 1331 9268 19', 'GB29NWBK60161331926819', true],
  ['pay GB29NWBK60161331926819', 'GB29NWBK60161331926818', false],
  ['call +44 1632 960018', '+441632960018', true],
  ['room 12', '12', true],
  ['room 123', '12', false],
])('“%s” says %s: %s', (text, value, expected) => {
  expect(says(text, value)).toBe(expected)
})

test.each([
  ['http://www.A.example/x/', 'a.example/x', 'a.example'],
  ['a.example:8080/x', 'a.example:8080/x', 'a.example'],
  ['user@a.example', undefined, undefined],
  ['https://a.example@b.example/', undefined, undefined],
  ['no url', undefined, undefined],
  ['1.5', undefined, undefined],
])('%s is the bare URL %s of host %s', (value, bare, host) => {
  expect(bareUrl(value)).toBe(bare)
  expect(hostOf(value)).toBe(host)
})

test('a host below a site is of the site, one that only ends alike is not', () => {
  expect(isSameSite('a.b.example', 'b.example')).toBe(true)
  expect(isSameSite('ab.example', 'b.example')).toBe(false)
})

test('addresses are found inside prose and markup', () => {
  const text = 'Mail <a@x.example>, see (https://y.example/p). <a href="http://z.example">z</a>, pay DH5939281092.'
  expect(addressesIn(text)).toEqual(['a@x.example', 'dh5939281092', 'y.example/p', 'z.example'])
  expect(urlsIn('mail a@x.example')).toEqual([])
})
