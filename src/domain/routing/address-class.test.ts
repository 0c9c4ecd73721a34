import { assert, ipV4, property } from 'fast-check'
import { expect, test } from 'vitest'
import { classifyAddress, type AddressClass } from './address-class.ts'

test.each<[string, AddressClass]>([
  ['8.8.8.8', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.15.255.255', 'public'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['169.254.1.1', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['0.0.0.0', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['224.0.0.1', 'reserved'],
  ['::1', 'loopback'],
  ['::', 'reserved'],
  ['[::1]', 'loopback'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fd12:3456::1', 'private'],
  ['fd00:ec2::254', 'metadata'],
  ['2606:4700::1111', 'public'],
  ['::ffff:10.0.0.1', 'private'],
  ['::ffff:a9fe:a9fe', 'metadata'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2002:7f00:1::', 'loopback'],
  ['2002:808:808::', 'public'],
  ['127.1', 'invalid'],
  ['0177.0.0.1', 'invalid'],
  ['2130706433', 'invalid'],
  ['1.2.3.4.5', 'invalid'],
  ['1::2::3', 'invalid'],
  ['gatehouse.dev', 'invalid'],
  ['', 'invalid'],
])('%s is %s', (address, kind) => expect(classifyAddress(address)).toBe(kind))

test('an IPv4 address is of the same class however IPv6 embeds it', () => {
  assert(
    property(ipV4(), (address) => {
      const kind = classifyAddress(address)
      expect(classifyAddress(`::ffff:${address}`)).toBe(kind)
      expect(classifyAddress(`64:ff9b::${address}`)).toBe(kind)
    }),
  )
})
