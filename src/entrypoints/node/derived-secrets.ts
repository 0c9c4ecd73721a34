import { createHmac } from 'node:crypto'

export interface DerivedSecrets {
  /** The key that an application presents for a system in an environment. */
  apiKeyOf(system: string, environment: string): string
  /** Token of this installation's own gateways. */
  readonly gatewayToken: string
  /** 32 bytes for a purpose of the control plane's own. */
  keyFor(purpose: string): Uint8Array
}

/** Secrets of the embedded mode, all from one that lies in the key folder: nothing else has to be kept. */
export function derivedSecrets(secretKey: Uint8Array, organization: string): DerivedSecrets {
  const derive = (purpose: string): string => createHmac('sha256', secretKey).update(purpose).digest('base64url')
  return {
    apiKeyOf: (system, environment) => `gh_${derive(`api-key\n${organization}\n${system}\n${environment}`)}`,
    keyFor: (purpose) => createHmac('sha256', secretKey).update(`key\n${organization}\n${purpose}`).digest(),
    gatewayToken: `gw_${derive('gateway-token')}`,
  }
}
