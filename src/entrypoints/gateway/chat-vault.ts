import { createHmac } from 'node:crypto'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { memoryVaultStore } from '../../adapters/vault/memory-vault-store.ts'
import { nodeVaultCrypto } from '../../adapters/vault/node-vault-crypto.ts'
import { sessionPseudonyms, type SessionPseudonyms } from '../../application/gateway/session-pseudonyms.ts'
import { DAY_MS } from '../../base/instant.ts'
import { createVault } from '../../domain/vault/vault.ts'

/** The vault of one gateway process, under a key of its own derived from the gateway's. What it holds ends with the process. */
export function chatVault(hmacKey: Uint8Array): SessionPseudonyms {
  const crypto = nodeVaultCrypto(createHmac('sha256', hmacKey).update('vault').digest())
  const vault = createVault({ crypto, store: memoryVaultStore(systemClock), clock: systemClock }, { ttlMs: DAY_MS })
  return sessionPseudonyms(vault)
}
