import type { IdentityNode } from '../../application/identity/identity-node.ts'
import type { JobQueue } from '../../application/jobs/job-queue.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import type { StorageReport } from '../../application/state/storage-report.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { Operation, OperationInput } from '../../contract/http/operation.ts'
import type { GatewayRegister } from './gateway-register.ts'

/** What operations need besides the state itself. */
export interface OperationContext {
  readonly node: IdentityNode & {
    trustText(): Promise<string>
    jobs(): Promise<JobQueue>
    describeStorage(): Promise<StorageReport>
  }
  readonly gateways: GatewayRegister
  /** Version that a change is held to: the request's `If-Match`. */
  readonly ifMatch?: string | undefined
}

/** One handler for each operation of an area: a missing one does not compile. */
export type HandlersOf<Operations extends Readonly<Record<string, Operation>>> = {
  readonly [Name in keyof Operations]: (
    context: OperationContext,
    principal: Principal,
    input: OperationInput<Operations[Name]>,
  ) => Promise<Result<object, Problem>>
}
