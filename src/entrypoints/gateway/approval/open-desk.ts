import { memoryHeldAnswers } from '../../../adapters/approvals/memory-held-answers.ts'
import { redisHeldAnswers, type SharedHeldAnswers } from '../../../adapters/approvals/redis-held-answers.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { nodeRandomBytes } from '../../../adapters/crypto/node-crypto.ts'
import { ulidIds } from '../../../adapters/ids/ulid-ids.ts'
import type { PlainReference } from '../../../contract/gateway-config/secret-reference.ts'
import { readSecret, type SecretPorts } from '../../../adapters/secrets/secret-source.ts'
import { ApprovalDesk, type DeskPorts } from './approval-desk.ts'

export interface DeskOptions extends Pick<DeskPorts, 'put' | 'decided'>, SecretPorts {
  /** Of the Redis that all gateways share; undefined: what waits lies in memory, and is lost with the process. */
  readonly url: PlainReference | undefined
}

/** The desk of one gateway process, and what it holds, to be closed. */
export async function openDesk({
  url,
  environment,
  put,
  decided,
}: DeskOptions): Promise<{ readonly held: SharedHeldAnswers; readonly desk: ApprovalDesk }> {
  const held =
    url === undefined
      ? Object.assign(memoryHeldAnswers(systemClock), { [Symbol.asyncDispose]: async () => undefined })
      : // An address that cannot be read leads nowhere: nothing is kept then, and nobody is asked.
        redisHeldAnswers((await readSecret(url, { environment })) ?? 'redis://127.0.0.1:1')
  const ports = { held, newId: ulidIds, randomBytes: nodeRandomBytes, clock: systemClock, put, decided }
  return { held, desk: new ApprovalDesk(ports) }
}
