import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { classifyAddress, type AddressClass } from '../../domain/routing/address-class.ts'

export const ADDRESS_REFUSED = 'GATEHOUSE_ADDRESS_REFUSED'

/** An error as the connection gets it when a name leads where it must not. */
export class AddressRefusedError extends Error {
  readonly code = ADDRESS_REFUSED
}

/** Which addresses a name may lead to: `public` only, or private ones as well. Metadata services never. */
export type NetworkReach = 'public' | 'private'

export function isReachable(kind: AddressClass, reach: NetworkReach): boolean {
  return kind === 'public' || (reach === 'private' && (kind === 'private' || kind === 'loopback'))
}

export type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (error: Error | null, addresses: string | LookupAddress[], family?: number) => void,
) => void

/**
 * Name resolution for connections that carry credentials. SECURITY: who controls the name's DNS may answer with an
 * internal address, and with another one each time; what is checked here is the very address that is connected to.
 */
export function pinnedLookup(reach: NetworkReach, resolve: typeof systemLookup = systemLookup): Lookup {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const isEveryGood =
        addresses.length > 0 && addresses.every(({ address }) => isReachable(classifyAddress(address), reach))
      if (!isEveryGood) return callback(new AddressRefusedError('the name leads to an address that is refused'), [])
      const [first] = addresses
      if (options.all === true) return callback(null, addresses)
      return callback(null, first?.address ?? '', first?.family)
    })
  }
}
